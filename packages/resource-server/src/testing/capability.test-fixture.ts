/** Capabilities as an authorization server puts them into a token, and servers that ask for them. */
import { randomBytes } from 'node:crypto'
import { createDurableLedger } from './durable-ledger.test-fixture.ts'
import { type Members, resource, start } from './issuer.test-fixture.ts'
import type { SceneOptions } from './scene.test-fixture.ts'

/** One use of `delete_note` on note 42, for a minute, but for what is overridden. */
export function grantCapability(overrides: Members = {}): Members {
  return {
    type: 'mcp_tool',
    id: randomBytes(16).toString('base64url'),
    locations: [resource],
    tool: 'delete_note',
    arguments: { '/note_id': { equals: 42 } },
    uses: 1,
    expires: start + 60,
    ...overrides,
  }
}

/** What a call of `delete_note` on this note is told to ask for. */
export function wantedCapability(note: number, overrides: Members = {}): Members {
  return {
    type: 'mcp_tool',
    locations: [resource],
    tool: 'delete_note',
    arguments: { '/note_id': { equals: note } },
    uses: 1,
    seconds: 60,
    ...overrides,
  }
}

/** A server where deleting takes a capability that names the note, and moving one takes a scope. */
export function createCapabilityOptions(options: SceneOptions = {}): SceneOptions {
  return {
    tools: {
      read_notes: { scopes: ['notes:read'] },
      move_note: { scopes: ['notes:write'] },
      delete_note: { scopes: ['notes:delete'], capability: { object: '/note_id', free: ['/comment'] } },
    },
    ledger: createDurableLedger(),
    ...options,
  }
}
