/**
 * What `up` runs: an authorization server, an attestation issuer and a guarded notes server, on SQLite, and their admin
 * listener, on loopback.
 */
import type { Clock } from '@countersign/core'
import { closeServer, hardenServer } from '@countersign/resource-server/node'
import { type ClientFile, writeClientFile } from '../client-file.ts'
import { createDataFolder, type DataFolder } from '../data-folder.ts'
import type { Log } from '../log/log.ts'
import { openAdmin } from './admin/admin.ts'
import { serveAttestation } from './attestation/attestation.ts'
import { createAuthorization } from './authorization.ts'
import { LOGIN_CLIENT } from './clients.ts'
import { prepareClient, prepareUser, type User } from './first-start.ts'
import { lockFolder } from './folder-lock.ts'
import { serveNotes } from './notes.ts'
import { type OpenPort, openPort } from './ports.ts'

/** What is running. */
export interface Deployment {
  readonly issuer: string
  readonly resource: string
  readonly attestationIssuer: string
  /** Where `/metrics`, `/readyz` and `/healthz` are. */
  readonly admin: string
  readonly client: ClientFile
  /** Set when this start made a user up. */
  readonly newUser: User | undefined
  close(): Promise<void>
}

/** Where and how. */
export interface DeploymentOptions {
  readonly folder: DataFolder
  /** Of the authorization server; the notes server takes the next one, the attestation issuer the third after it. 0: free ones. */
  readonly port: number
  readonly adminPort: number
  readonly log: Log
  readonly clock: Clock
}

/** Starts everything, or nothing: what was opened is closed again when a later part fails. */
export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { folder, port, log } = options
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  const open = async (wanted: number, flag?: string): Promise<OpenPort> => {
    const opened = await openPort(wanted, flag)
    closers.push(() => closeServer(opened.http, 1000))
    return opened
  }
  try {
    // First, so that it is closed last: it tells until the end that nothing is ready any more.
    const administration = await open(options.adminPort, '--admin-port')
    const authorization = await open(port)
    const resources = await open(port === 0 ? 0 : port + 1)
    const attesting = await open(port === 0 ? 0 : port + 3)
    const admin = openAdmin(administration, options)
    const issuer = authorization.origin
    const resource = `${resources.origin}/mcp`
    createDataFolder(folder)
    closers.push(lockFolder(folder.path))
    const attestationIssuer = attesting.origin
    const client = await prepareClient(folder, { issuer, attestation_issuer: attestationIssuer })
    const user = prepareUser(folder)
    const attestation = await serveAttestation({
      ...options,
      port: attesting,
      client,
      clientIds: [client.client_id, LOGIN_CLIENT.clientId],
      events: admin.metrics.attestation,
    })
    closers.push(() => attestation.close())
    const parts = { folder, issuer, resource, client, user: user?.user, trust: attestation.trust, log, admin }
    const server = await createAuthorization(parts)
    closers.push(() => server.close())
    const guard = await serveNotes(resources, parts, closers)
    // Last, so that a start that failed leaves the file to the issuer that it names.
    writeClientFile(folder.clientFile, client)
    hardenServer(authorization.http)
    authorization.http.on('request', server.listener)
    closers.push(admin.watch({ server, guard }))
    log.process({ type: 'started', issuer, resource, attestationIssuer, admin: administration.origin })
    closers.push(() => log.process({ type: 'stopping' }))
    const newUser = user?.isNew === true ? user.user : undefined
    return { issuer, resource, attestationIssuer, admin: administration.origin, client, newUser, close }
  } catch (error) {
    await close()
    throw error
  }
}
