/** A guarded notes server in a process of its own, one of several that serve one resource: told what by its one argument. */
import { createServer } from 'node:http'

import { openLedger } from '@countersign/ledgers'
import { notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import { createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createWeakenedGuard, weaknesses } from '@countersign/resource-server/unsafe'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { GuardOrders, GuardWord } from './guard-orders.ts'
import { createRunLog } from './run-log.ts'

const orders = JSON.parse(process.argv[2] ?? '') as GuardOrders
const told: Record<string, number> = {}
const { delete_note, ...tools } = notesPolicy.tools
const options: GuardOptions = {
  resource: orders.resource,
  authorizationServers: [{ issuer: orders.issuer.issuer, jwks: { keys: [orders.issuer.jwk] } }],
  ...notesPolicy,
  tools: { ...tools, delete_note: { ...delete_note, capability: { object: '/note_id', approval: 'none' } } },
  ledger: await openLedger(orders.ledger),
  // Where the store gives no secret to all who share it.
  ...(orders.ledger.startsWith('sqlite:') && { nonceSecret: orders.nonceSecret }),
  ...(orders.affinity ? { affinity: 'process' } : {}),
  events: ({ type }) => {
    told[type] = (told[type] ?? 0) + 1
  },
}
const asked = weaknesses.filter((name) => orders.weaknesses.some((one) => one === name))
if (asked.length < orders.weaknesses.length) throw new Error(`no such weakness: ${orders.weaknesses}`)
const guard = asked.length > 0 ? createWeakenedGuard(options, asked) : createGuard(options)
const notes = createRunLog(orders.runs)
const server = guard.protect(createMcpHandler(() => notesServer(notes)))
await server.ready()
const http = createServer()
hardenServer(http)
http.on('request', createNodeListener(server))
await listen(http, orders.port, '127.0.0.1')

const tell = (word: GuardWord) => process.send?.(word)
process.on('message', () => tell({ events: told }))
process.on('disconnect', () => process.exit())
tell({ ready: true })
