/** The notes server of `up`, behind its guard. */
import { describeFault } from '@countersign/core'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { cautiousNotesPolicy, createNotes, notesServer } from '@countersign/notes-server'
import { createGuard, type Guard } from '@countersign/resource-server'
import { createNodeListener, hardenServer } from '@countersign/resource-server/node'
import { combineEvents } from '@countersign/resource-server/telemetry'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { Parts } from './parts.ts'
import type { OpenPort } from './ports.ts'

/** Starts to answer on an open port; each function in `closers` is to be called at the end, the last one first. */
export async function serveNotes({ http }: OpenPort, parts: Parts, closers: (() => unknown)[]): Promise<Guard> {
  const { folder, log } = parts
  const notes = createNotes({ path: folder.notesDatabase })
  closers.push(() => notes.close())
  const guard = createNotesGuard(parts, closers)
  const server = guard.protect(createMcpHandler(() => notesServer(notes)))
  await server.ready()
  hardenServer(http)
  const onError = (error: unknown) => log.process({ type: 'fault', ...describeFault(error) })
  http.on('request', createNodeListener(server, { onError }))
  return guard
}

function createNotesGuard({ folder, issuer, resource, trust, log, admin }: Parts, closers: (() => unknown)[]): Guard {
  // Of this machine's disk: a capability that was used up stays so when `up` is started anew.
  const ledger = createSqliteLedger({ path: folder.ledgerDatabase })
  closers.push(() => ledger.close())
  return createGuard({
    resource,
    authorizationServers: [issuer],
    ...cautiousNotesPolicy,
    tools: {
      ...cautiousNotesPolicy.tools,
      // What cannot be taken back is for agents that can say which agent they are.
      delete_note: { ...cautiousNotesPolicy.tools.delete_note, attestation: 'required' },
    },
    attestation: 'preferred',
    trust,
    ledger,
    securityEvents: '/security-events',
    events: combineEvents(log.guard, admin.metrics.guard),
  })
}
