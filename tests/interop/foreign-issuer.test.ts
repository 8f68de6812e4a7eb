/** A stock oidc-provider as the issuer of the guarded notes server, by configuration alone: `docs/issuers.md`. */

import { setTimeout } from 'node:timers/promises'
import { createAgent } from '@countersign/client'
import { type Answer, callTool, createAgentKey, modernHeaders, prepareCall, send, toolCall } from '@countersign/lab'
import { notesScopes } from '@countersign/notes-server'
import type { IssuerTrust } from '@countersign/resource-server'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ForeignIssuer, type ForeignIssuerOptions, startForeignIssuer } from '../support/foreign-issuer.ts'
import { type ServedNotes, useServedNotes } from '../support/served-notes.ts'
import { connect } from './eras.ts'

const serveNotes = useServedNotes()
const scopes = Object.keys(notesScopes)

/** Starts the issuer before the tests of a block, and ends it after them. */
function useForeignIssuer(options: Partial<ForeignIssuerOptions> = {}): () => ForeignIssuer {
  let foreign: ForeignIssuer | undefined
  beforeAll(async () => {
    foreign = await startForeignIssuer({ scopes, ...options })
  })
  afterAll(() => foreign?.close())
  return () => {
    if (foreign === undefined) throw new Error('the issuer has not started')
    return foreign
  }
}

/** One call with a token and no proof. */
function callAsBearer(resource: string, token: string, body = toolCall('read_notes')): Promise<Answer> {
  return send(resource, { headers: { ...modernHeaders(body), authorization: `Bearer ${token}` }, body })
}
const losses = ({ events }: ServedNotes) =>
  events.flatMap((event) => (event.type === 'weakened_by_configuration' ? event.losses : []))
const reasons = ({ events }: ServedNotes) =>
  events.flatMap((event) => (event.type === 'refused' ? [event.reason ?? event.code] : []))

describe('oidc-provider on defaults: opaque tokens, for no audience, of which it tells by introspection', () => {
  const foreign = useForeignIssuer()
  const introspected = (): IssuerTrust => {
    const { issuer, introspector } = foreign()
    const { id: clientId, secret: clientSecret } = introspector
    return { issuer, introspection: { clientId, clientSecret, acceptMissingAudience: true } }
  }

  it('serves as it is: its tokens are bound to the agent, as it speaks DPoP', async () => {
    const served = await serveNotes(introspected())
    const key = await createAgentKey()
    const { access_token: token, token_type } = await foreign().obtain('notes:read', { key })
    expect([token_type, token.includes('.')]).toEqual(['DPoP', false])
    const holder = { token, key }
    expect(await callTool(holder, served.resource, toolCall('read_notes'))).toMatchObject({ status: 200 })
    expect(await callTool(holder, served.resource, toolCall('delete_note', { note_id: 1 }))).toMatchObject({
      status: 403,
      code: 'insufficient_scope',
    })
    expect(await callAsBearer(served.resource, token)).toMatchObject({ status: 401, code: 'missing_dpop_proof' })
    const thief = { token, key: await createAgentKey() }
    expect(await callTool(thief, served.resource, toolCall('read_notes'))).toMatchObject({ code: 'dpop_jkt_mismatch' })
    const captured = await prepareCall(holder, served.resource, toolCall('read_notes'))
    expect(await send(served.resource, captured)).toMatchObject({ status: 200 })
    expect(await send(served.resource, captured)).toMatchObject({ status: 401, code: 'replay_detected' })
    expect(losses(served)).toEqual(['no_audience'])
  })

  it('is told apart from what it says nothing of: tokens without an audience have to be accepted by name', async () => {
    const { introspection, ...trust } = introspected()
    const { acceptMissingAudience: _, ...strict } = introspection ?? { clientId: '' }
    const served = await serveNotes({ ...trust, introspection: strict })
    const key = await createAgentKey()
    const { access_token: token } = await foreign().obtain('notes:read', { key })
    expect(await callTool({ token, key }, served.resource, toolCall('read_notes'))).toMatchObject({ status: 401 })
    expect(reasons(served)).toContain('aud')
  })

  it('serves with Bearer tokens too, where the operator says so, and is told what that costs', async () => {
    const { access_token: token, token_type } = await foreign().obtain('notes:read')
    expect(token_type).toBe('Bearer')
    const strict = await serveNotes(introspected())
    expect(await callAsBearer(strict.resource, token)).toMatchObject({ status: 401, code: 'invalid_token' })
    const lenient = await serveNotes(introspected(), { bearer: 'allowed' })
    expect(await callAsBearer(lenient.resource, token)).toMatchObject({ status: 200 })
    expect(losses(lenient)).toEqual(['no_sender_binding', 'no_audience'])
  })

  it('knows of the person who consented on its pages; what it would renew tokens for is no token here', async () => {
    const tokens = await foreign().authorize('openid offline_access notes:read')
    const served = await serveNotes(introspected(), { bearer: 'allowed' })
    expect(await callAsBearer(served.resource, tokens.access_token)).toMatchObject({ status: 200 })
    expect(await callAsBearer(served.resource, tokens.refresh_token ?? 'none')).toMatchObject({ status: 401 })
    expect(reasons(served)).toEqual(['token_type'])
  })

  it('ends a token here two seconds after it revoked it', async () => {
    const served = await serveNotes(introspected(), { bearer: 'allowed' })
    const { access_token: token } = await foreign().obtain('notes:read')
    expect(await callAsBearer(served.resource, token)).toMatchObject({ status: 200 })
    await foreign().revoke(token)
    await setTimeout(2_000)
    expect(await callAsBearer(served.resource, token)).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(reasons(served)).toEqual(['inactive'])
  })

  it('gives no answer to a server that it does not know: nobody gets in, and the operator learns why', async () => {
    const { issuer } = foreign()
    const served = await serveNotes({ issuer, introspection: { clientId: 'notes', clientSecret: 'wrong' } })
    const { access_token: token } = await foreign().obtain('notes:read')
    expect(await callAsBearer(served.resource, token)).toMatchObject({ status: 503, code: 'introspection_unavailable' })
    expect(served.events).toContainEqual({ type: 'introspection_failed', issuer, reason: 'status_401' })
  })
})

describe('oidc-provider on defaults, asked by a server that has a key instead of a secret', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const introspectorKey = { ...(await exportJWK(publicKey)), kid: 'notes-1', use: 'sig' }
  const foreign = useForeignIssuer({ introspectorKey })

  it('serves', async () => {
    const { issuer, introspector } = foreign()
    const privateJwk = { ...(await exportJWK(privateKey)), kid: 'notes-1' } as JsonWebKey
    const introspection = { clientId: introspector.id, privateJwk, acceptMissingAudience: true }
    const served = await serveNotes({ issuer, introspection })
    const key = await createAgentKey()
    const { access_token: token } = await foreign().obtain('notes:read', { key })
    expect(await callTool({ token, key }, served.resource, toolCall('read_notes'))).toMatchObject({ status: 200 })
  })
})

describe('oidc-provider that knows one resource: JWTs, signed with RS256', () => {
  const foreign = useForeignIssuer({ resource: { audience: 'notes-api' } })
  const signed = (): IssuerTrust => ({ issuer: foreign().issuer, algorithms: ['RS256'], audience: 'notes-api' })

  it('serves, though it calls this server by another name; no question is asked', async () => {
    const served = await serveNotes(signed())
    const key = await createAgentKey()
    const { access_token: token } = await foreign().obtain('notes:read', { key, resource: served.resource })
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
    expect(decodeJwt(token)).toMatchObject({ aud: 'notes-api', cnf: { jkt: key.thumbprint } })
    expect(await callTool({ token, key }, served.resource, toolCall('read_notes'))).toMatchObject({ status: 200 })
    expect(losses(served)).toEqual(['no_revocation'])
  })

  it('serves our agent in the MCP SDK client, which finds everything by itself', async () => {
    const served = await serveNotes(signed())
    const agent = await createAgent({ credentials: foreign().keyedAgent, stepUp: { scopes: ['notes:write'] } })
    const mcp = await connect(served.resource, { mode: 'auto' }, { fetch: agent.fetch })
    const written = await mcp.callTool({ name: 'write_note', arguments: { title: 'Greeting', text: 'from afar' } })
    expect(written.isError).toBeUndefined()
    const read = await mcp.callTool({ name: 'read_notes', arguments: {} })
    expect(JSON.stringify(read)).toContain('from afar')
    await mcp.close()
  })

  it('serves no more than was said: another name, or another algorithm, and nobody gets in', async () => {
    const key = await createAgentKey()
    const { issuer } = foreign()
    for (const [trust, reason] of [
      [{ issuer, algorithms: ['RS256'] }, 'audience'],
      [{ issuer, audience: 'notes-api' }, 'algorithm'],
    ] as const) {
      const served = await serveNotes(trust)
      const { access_token: token } = await foreign().obtain('notes:read', { key, resource: served.resource })
      expect(await callTool({ token, key }, served.resource, toolCall('read_notes'))).toMatchObject({
        status: 401,
        code: 'invalid_token',
      })
      expect(reasons(served)).toContain(reason)
    }
  })
})
