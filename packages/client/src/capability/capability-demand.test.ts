import { describe, expect, it } from 'vitest'
import { readCapabilityDemand } from './capability-demand.ts'

const entry = { type: 'mcp_tool', tool: 'delete_note' }
const details = { authorization_details: [entry] }
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function challenge(remediation: string | undefined, error = 'insufficient_authorization') {
  return { error, scopes: undefined, resourceMetadata: undefined, remediation }
}

function problem(body: BodyInit | null, type = 'application/problem+json'): Response {
  return new Response(body, { status: 403, headers: { 'content-type': type } })
}

describe('draft-ietf-oauth-rar-metadata-remediation: what a call lacks', () => {
  it('is read from the challenge, and from the body where it is not there', async () => {
    const expected = { entry, needsPerson: false }
    expect(await readCapabilityDemand(challenge(encode(details)), problem('{}'))).toEqual(expected)
    expect(await readCapabilityDemand(challenge(encode(details)), problem(null))).toEqual(expected)
    const response = problem(JSON.stringify(details))
    expect(await readCapabilityDemand(challenge(undefined), response)).toEqual(expected)
    expect(await response.json()).toEqual(details)
  })

  it('is a person, where the body says so', async () => {
    const response = problem(JSON.stringify({ code: 'approval_required' }))
    expect(await readCapabilityDemand(challenge(encode(details)), response)).toEqual({ entry, needsPerson: true })
  })

  it.each([
    ['for another error', challenge(encode(details), 'insufficient_scope'), JSON.stringify(details)],
    ['where a challenge that cannot be read hides another in the body', challenge('?'), JSON.stringify(details)],
    ['where there are none', challenge(encode({ authorization_details: [] })), '{}'],
    ['where there are two', challenge(encode({ authorization_details: [entry, entry] })), '{}'],
    ['where it is no list', challenge(encode({ authorization_details: entry })), '{}'],
    ['where a member is there twice', challenge(undefined), '{"authorization_details":[{"a":1,"a":2}]}'],
    ['where the body is no JSON', challenge(undefined), '<html>'],
  ])('is nothing %s', async (_case, given, body) => {
    expect(await readCapabilityDemand(given, problem(body))).toBeUndefined()
  })

  it('is nothing in a body that is not said to be JSON, is too large, was read before or never ends', async () => {
    const text = JSON.stringify(details)
    expect(await readCapabilityDemand(challenge(undefined), problem(text, 'text/plain'))).toBeUndefined()
    expect(await readCapabilityDemand(challenge(undefined), problem(`${' '.repeat(65_536)}${text}`))).toBeUndefined()
    const read = problem(text)
    await read.text()
    expect(await readCapabilityDemand(challenge(undefined), read)).toBeUndefined()
    const silent = problem(new ReadableStream({ pull: () => new Promise(() => {}) }))
    expect(await readCapabilityDemand(challenge(undefined), silent, { size: 100, time: 5 })).toBeUndefined()
  })
})
