/** What `up` runs: an authorization server and a guarded notes server, on SQLite, on two loopback ports. */
import { type AuthorizationServer, createAuthorizationServer } from '@countersign/authorization-server'
import type { Events } from '@countersign/core'
import { createNotes, type NotesStore, notesPolicy, notesScopes, notesServer } from '@countersign/notes-server'
import { createGuard } from '@countersign/resource-server'
import { closeServer, createNodeListener, hardenServer } from '@countersign/resource-server/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { type ClientFile, writeClientFile } from '../client-file.ts'
import { createDataFolder, type DataFolder } from '../data-folder.ts'
import { prepareClient, prepareUser, type User } from './first-start.ts'
import { lockFolder } from './folder-lock.ts'
import { type OpenPort, openPort } from './ports.ts'

/** The public client for people: authorization code with PKCE, back to any port of this machine. */
const LOGIN_CLIENT = {
  clientId: 'countersign-login',
  name: 'countersign call',
  redirectUri: 'http://127.0.0.1/callback',
}

/** What is running. */
export interface Deployment {
  readonly issuer: string
  readonly resource: string
  readonly client: ClientFile
  /** Set when this start made a user up. */
  readonly newUser: User | undefined
  close(): Promise<void>
}

/** Where and how. */
export interface DeploymentOptions {
  readonly folder: DataFolder
  /** Of the authorization server; the notes server takes the next one. 0: free ones. */
  readonly port: number
  /** Told of every decision of the guard. */
  readonly events?: Events
}

/** Starts everything, or nothing: what was opened is closed again when a later part fails. */
export async function startDeployment({ folder, port, events }: DeploymentOptions): Promise<Deployment> {
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  const open = async (wanted: number): Promise<OpenPort> => {
    const opened = await openPort(wanted)
    closers.push(() => closeServer(opened.http, 1000))
    return opened
  }
  try {
    const authorization = await open(port)
    const resources = await open(port === 0 ? 0 : port + 1)
    const issuer = authorization.origin
    const resource = `${resources.origin}/mcp`
    createDataFolder(folder)
    closers.push(lockFolder(folder.path))
    const client = await prepareClient(folder, issuer)
    const user = prepareUser(folder)
    const server = await createAuthorization(folder, { issuer, resource, client, user: user?.user })
    closers.push(() => server.close())
    const notes = createNotes({ path: folder.notesDatabase })
    closers.push(() => notes.close())
    await serveNotes(resources, notes, { issuer, resource, events })
    // Last, so that a start that failed leaves the file to the issuer that it names.
    writeClientFile(folder.clientFile, client)
    hardenServer(authorization.http)
    authorization.http.on('request', server.listener)
    return { issuer, resource, client, newUser: user?.isNew === true ? user.user : undefined, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Identities {
  readonly issuer: string
  readonly resource: string
  readonly client: ClientFile
  readonly user: User | undefined
}

function createAuthorization(
  folder: DataFolder,
  { issuer, resource, client, user }: Identities,
): Promise<AuthorizationServer> {
  const scopes = Object.keys(notesScopes)
  const { d: _, ...publicJwk } = client.private_jwk
  return createAuthorizationServer({
    issuer,
    database: folder.authorizationDatabase,
    resources: [{ resource, name: notesPolicy.name, scopes: notesScopes }],
    clients: [
      { clientId: client.client_id, grants: ['client_credentials'], jwks: { keys: [publicJwk] }, scopes },
      {
        clientId: LOGIN_CLIENT.clientId,
        name: LOGIN_CLIENT.name,
        grants: ['authorization_code', 'refresh_token'],
        public: true,
        redirectUris: [LOGIN_CLIENT.redirectUri],
        scopes,
      },
    ],
    users: user === undefined ? [] : [user],
  })
}

async function serveNotes(
  { http }: OpenPort,
  notes: NotesStore,
  { issuer, resource, events }: { issuer: string; resource: string; events: Events | undefined },
): Promise<void> {
  const guard = createGuard({
    resource,
    authorizationServers: [issuer],
    ...notesPolicy,
    ...(events === undefined ? {} : { events }),
  })
  const server = guard.protect(createMcpHandler(() => notesServer(notes)))
  await server.ready()
  hardenServer(http)
  http.on('request', createNodeListener(server))
}
