/** The example of the README, run: what stands there is what stands between the marks in here. */
import { readFileSync } from 'node:fs'
import {
  capabilitySpends,
  compileCapability,
  completeCapabilityRequirement,
  describeCapability,
  describeWantedCapability,
  equalsWantedCapability,
  matchCapability,
  mintCapability,
  parseCapabilities,
} from '@countersign/capability'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { makeId, NOW } from './testing/capability.test-fixture.ts'

async function runExample() {
  const verifier = createFastVerifier()
  const newId = () => makeId(1)
  const now = NOW
  // README: begin
  // The server's author: deleting needs a capability that names the note.
  const requirement = completeCapabilityRequirement({ object: '/note_id', free: ['/comment'] })
  const call = {
    resource: 'https://notes.example/mcp',
    tool: 'delete_note',
    arguments: { note_id: 42, comment: 'old' },
  }

  // The guard: a call without one is told which one it lacks.
  const wanted = describeWantedCapability(requirement, call)
  if (!wanted.ok) throw new Error(wanted.reason)

  // The client: asks for it, if it is what was just called.
  const asked = equalsWantedCapability(wanted.value, call)
  if (!asked.ok) throw new Error(asked.reason)

  // The authorization server: a person reads what is granted, from the very value that is granted.
  const { text } = describeCapability(asked.value)
  const minted = mintCapability(asked.value, { newId, now })
  if (!minted.ok) throw new Error(minted.reason)

  // The guard again: the token's authorization_details, the call, the time; then the ledger counts.
  const held = parseCapabilities([minted.value], 'token')
  if (!held.ok) throw new Error(held.reason)
  const matches = held.value.map((capability) =>
    matchCapability(compileCapability(capability), { ...call, now }, requirement),
  )
  const spends = await capabilitySpends(verifier, 'https://auth.example', minted.value)
  // README: end
  return { text, matches, spends }
}

describe('the example of the README', () => {
  it('runs', async () => {
    const { text, matches, spends } = await runExample()
    expect(text).toBe('delete_note with note_id 42, once, within 60 seconds')
    expect(matches).toEqual([{ ok: true }])
    expect(spends).toMatchObject([{ kind: 'capability', limit: 1 }])
  })

  it('is the one that is printed', () => {
    const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
    const [, example = ''] = /\/\/ README: begin\n([\s\S]*?) {2}\/\/ README: end/.exec(read('readme.test.ts')) ?? []
    expect(example).not.toBe('')
    expect(read('../README.md')).toContain(`\`\`\`ts\n${example.replaceAll(/^ {2}/gm, '')}\`\`\``)
  })
})
