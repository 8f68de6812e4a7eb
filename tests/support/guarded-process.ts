/** A guarded notes server in a process of its own, beside others that serve the same resource: told what by its one argument. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { declareTools } from '@countersign/lab'
import { openLedger } from '@countersign/ledgers'
import { createNotes, notesPolicy, notesServer } from '@countersign/notes-server'
import { createGuard } from '@countersign/resource-server'
import { createNodeListener, hardenServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { GuardedProcessOptions, GuardedProcessWord } from './guarded-processes.ts'

const {
  resource,
  issuer,
  notes: path,
  ledger,
  capabilities,
  publicEndpoint,
} = JSON.parse(process.argv[2] ?? '') as GuardedProcessOptions
const http = createServer()
await listen(http, 0, '127.0.0.1')
const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
const endpoint = `http://${host}/mcp`
const notes = createNotes({ path })
const guard = createGuard({
  resource,
  endpoint: publicEndpoint ?? endpoint,
  hosts: [host],
  authorizationServers: [issuer],
  ...notesPolicy,
  tools: declareTools(capabilities),
  ledger: await openLedger(ledger),
})
const server = guard.protect(createMcpHandler(() => notesServer(notes)))
await server.ready()
hardenServer(http)
http.on('request', createNodeListener(server))

const tell = (word: GuardedProcessWord) => process.send?.(word)
process.on('message', () => tell({ written: notes.list(10_000).length }))
process.on('disconnect', () => process.exit())
tell({ endpoint })
