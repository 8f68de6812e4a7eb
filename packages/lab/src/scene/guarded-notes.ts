/** One guarded notes server of a scene, with its notes and its ledger in files. */
import type { Server } from 'node:http'
import { describeFault, type Ledger, systemClock } from '@countersign/core'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { createNotes, type NotesStore, notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard, type McpHandler } from '@countersign/resource-server'
import { createNodeListener, hardenServer, type NodeListenerOptions } from '@countersign/resource-server/node'
import { createWeakenedGuard } from '@countersign/resource-server/unsafe'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { declareTools } from './capability-tools.ts'
import type { DeploymentOptions } from './deployment.ts'

/** A guarded notes server with its own notes. */
export interface NotesDeployment {
  readonly resource: string
  readonly notes: NotesStore
}

/** Where it is to be reached, who issues its tokens, and which file its notes are in. */
export interface NotesPlace {
  readonly resource: string
  readonly issuer: string
  readonly path: string
}

/** Serves notes there behind a guard, as weak as the options say. */
export async function serveNotes(
  http: Server,
  { resource, issuer, path }: NotesPlace,
  options: DeploymentOptions,
): Promise<NotesDeployment> {
  const { weak = [], weakAttestation = [], guard: overrides = {}, capabilities, watch, handler = handleNotes } = options
  const notes = createNotes({ path })
  const isDurable = options.durable === true || capabilities !== undefined
  const ledger = isDurable ? { ledger: openLedger(`${path}.ledger`, options) } : {}
  const tools = capabilities === undefined ? {} : { tools: declareTools(capabilities) }
  const guardOptions = { resource, authorizationServers: [issuer], ...notesPolicy, ...tools, ...ledger, ...overrides }
  // The guard itself insists on it, so that nobody weakens a server by mistake.
  const isSpecial = weak.length + weakAttestation.length > 0 || watch !== undefined
  if (isSpecial) process.env.COUNTERSIGN_UNSAFE = '1'
  const guard = isSpecial
    ? createWeakenedGuard(guardOptions, weak, { attestation: weakAttestation, ...(watch && { watch: watch.guard }) })
    : createGuard(guardOptions)
  const server = guard.protect(handler(notes))
  await server.ready()
  hardenServer(http)
  http.on('request', createNodeListener(server, noteFaults(options)))
  return { resource, notes }
}

/** Without a check some calls break the server; that is for its log, and not for whoever runs the attack. */
function noteFaults({ log }: DeploymentOptions): NodeListenerOptions {
  return log === undefined ? {} : { onError: (error) => log.write(JSON.stringify({ fault: describeFault(error) })) }
}

function openLedger(path: string, { guard: { clock = systemClock } = {}, bendSpend }: DeploymentOptions): Ledger {
  const ledger = createSqliteLedger({ path }, clock)
  if (bendSpend === undefined) return ledger
  return { lifetime: ledger.lifetime, spend: (spends) => ledger.spend(spends.map((each) => bendSpend(each, clock()))) }
}

function handleNotes(notes: NotesStore): McpHandler {
  return createMcpHandler(() => notesServer(notes))
}
