/** Traffic of every kind against `countersign up`: good, bad and malformed, with credentials wherever one can put them. */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { attestFrom, createAgent } from '@countersign/client'
import {
  type AgentKey,
  type Answer,
  createAgentKey,
  modernHeaders,
  rpc,
  type Sending,
  signAssertion,
  signProof,
  toolCall,
} from '@countersign/lab'
import { exportJWK } from 'jose'
import { createBrowser } from '../../../packages/authorization-server/testing/browser.ts'
import type { Up } from '../up.ts'
import type { Wire } from './exchanges.ts'
import type { Hunt } from './hunt.ts'

/** What the traffic is made with. */
export interface Scene {
  readonly up: Up
  readonly wire: Wire
  readonly hunt: Hunt
}

/** A note that nobody but its writer should read, in a log least of all. */
const NOTE = 'the safe opens with 4711-0815-2342'

/** A token with the key that it is bound to. */
export interface Holder {
  readonly token: string
  readonly key: AgentKey
}

/** An agent that does what it should. Rejects where what should succeed does not; so do the others. */
export async function driveGoodCalls(scene: Scene): Promise<Holder> {
  scene.hunt.add('text', NOTE)
  const agent = await obtainToken(scene)
  await callTools(scene, agent)
  return agent
}

/** The same, a person, everybody who would be one of them, and requests that nobody can read. */
export async function driveTraffic(scene: Scene): Promise<Holder> {
  const agent = await driveGoodCalls(scene)
  await misuse(scene, agent)
  await callAttested(scene)
  const person = await logInAndRedeem(scene)
  await callTools(scene, person)
  await writeEverywhere(scene, person.token)
  return agent
}

async function createKey({ hunt }: Scene): Promise<AgentKey> {
  const key = await createAgentKey()
  hunt.add('private_key', (await exportJWK(key.privateKey)).d ?? '')
  return key
}

type Form = Readonly<Record<string, string>>

/** A form with a proof under the key, once more with the nonce where that is asked for. */
async function postForm({ up, wire }: Scene, path: string, form: () => Promise<Form>, key: AgentKey): Promise<Answer> {
  const url = `${up.issuer}${path}`
  const post = async (nonce?: string) =>
    wire.send(url, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        dpop: await signProof(key, { url, ...(nonce !== undefined && { nonce }) }),
      },
      body: new URLSearchParams(await form()).toString(),
    })
  const { nonce } = await post()
  return post(nonce)
}

async function clientForm({ up }: Scene, rest: Form): Promise<Form> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion(up.client, up.issuer),
    ...rest,
  }
}

async function obtainToken(scene: Scene): Promise<Holder> {
  const key = await createKey(scene)
  const { resource } = scene.up
  const rest = { grant_type: 'client_credentials', resource, scope: 'notes:read notes:write notes:delete' }
  return { token: readToken(await postForm(scene, '/token', () => clientForm(scene, rest), key)), key }
}

function readToken({ status, body }: Answer, member = 'access_token'): string {
  const { [member]: token } = JSON.parse(body) as Record<string, unknown>
  if (typeof token !== 'string') throw new Error(`no ${member}: ${status} ${body}`)
  return token
}

async function prepareCall({ up, wire }: Scene, { token, key }: Holder, body: string, claims = {}): Promise<Sending> {
  const { nonce } = await wire.send(up.resource, {})
  const proof = await signProof(key, { url: up.resource, token, content: body, claims: { nonce, ...claims } })
  return { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop: proof }, body }
}

async function callTools(scene: Scene, holder: Holder): Promise<void> {
  const { up, wire } = scene
  const bodies = [
    rpc('tools/list'),
    toolCall('read_notes'),
    toolCall('write_note', { text: NOTE }),
    toolCall('drop', {}),
  ]
  for (const body of bodies) await wire.send(up.resource, await prepareCall(scene, holder, body))
}

/** An agent that shows which one it is, at the token endpoint and at the resource; then others show the same. */
async function callAttested({ up, wire }: Scene): Promise<void> {
  const { fetch } = wire
  let shown = ''
  const source = attestFrom({ issuer: up.attestationIssuer, ...up.client, fetch })
  const attestation = async (request: Parameters<typeof source>[0]) => {
    shown = await source(request)
    return shown
  }
  const agent = await createAgent({ credentials: up.client, attestation, fetch })
  const body = toolCall('read_notes')
  const { status } = await agent.fetch(up.resource, { method: 'POST', headers: modernHeaders(body), body })
  if (status !== 200) throw new Error(`an attested agent got ${status}`)
  const other = await createAgent({ credentials: up.client, attestation: async () => shown, fetch })
  await other.fetch(up.resource, { method: 'POST', headers: modernHeaders(body), body }).catch(() => undefined)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const text of [shown, `${shown}=`, shown.slice(0, -9)]) {
    const headers = { ...modernHeaders(body), 'oauth-client-attestation': [text, text] }
    await wire.send(up.resource, { headers, body })
    await wire.send(`${up.attestationIssuer}/attest`, { headers: form, body: `attestation=${text}` })
    await wire.send(`${up.attestationIssuer}/${text}`, { method: 'GET' })
  }
}

/** Good credentials in the wrong hands, and bad ones. */
async function misuse(scene: Scene, holder: Holder): Promise<void> {
  const { up, wire } = scene
  const call = (claims = {}) => prepareCall(scene, holder, toolCall('read_notes'), claims)
  const send = (sending: Sending, headers = {}) =>
    wire.send(up.resource, { ...sending, headers: { ...sending.headers, ...headers } })
  const replayed = await call()
  await send(replayed)
  expectStatus(await send(replayed), 401)
  expectStatus(await send(await prepareCall(scene, { ...holder, key: await createKey(scene) }, rpc('tools/list'))), 401)
  for (const claims of [{ nonce: undefined }, { iat: 1 }, { htu: 'https://elsewhere.example/' }, { ath: 'x' }]) {
    await send(await call(claims))
  }
  const { key, token } = holder
  const jwk = { ...key.publicJwk, d: (await exportJWK(key.privateKey)).d ?? '' }
  const leaky = await signProof({ ...key, publicJwk: jwk }, { url: up.resource, token })
  for (const headers of [
    { dpop: leaky },
    { authorization: `Bearer ${token}` },
    { authorization: `DPoP ${token.slice(0, -20)}` },
    { authorization: [`DPoP ${token}`, `DPoP ${token}`] },
    { authorization: `Basic ${Buffer.from(`user:${token}`).toString('base64')}` },
    { dpop: `${String(replayed.headers?.dpop)}=` },
    { 'content-type': token, origin: `https://${token.slice(0, 40)}.example` },
  ]) {
    await send(await call(), headers)
  }
  const form = await clientForm(scene, { grant_type: 'client_credentials', resource: up.resource, scope: 'notes:read' })
  await postForm(scene, '/token', async () => form, key)
  expectStatus(await postForm(scene, '/token', async () => form, key), 401)
  await postForm(scene, '/token', async () => ({ ...form, client_assertion: token }), key)
}

/** A person logs in, at the second try; then the code, the tokens and the forms are used again by others. */
async function logInAndRedeem(scene: Scene): Promise<Holder> {
  const { up, wire, hunt } = scene
  const key = await createKey(scene)
  const verifier = randomBytes(32).toString('base64url')
  hunt.add('code_verifier', verifier)
  const redirect = 'http://127.0.0.1/callback'
  const url = new URL(`${up.issuer}/authorize`)
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const client = { client_id: 'countersign-login', redirect_uri: redirect }
  const scope = 'notes:read notes:write'
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
  url.search = new URLSearchParams({
    ...client,
    response_type: 'code',
    scope,
    resource: up.resource,
    ...pkce,
  }).toString()

  const { name, password } = JSON.parse(readFileSync(join(up.data, 'user.json'), 'utf8')) as Record<string, string>
  hunt.add('password', password ?? '')
  const browser = createBrowser(up.issuer)
  const login = await browser.open(url)
  await browser.submit(login, 'login', { name, password: 'not the password of anybody' })
  await browser.submit(login, 'login', { name, password, form_token: 'x'.repeat(43) })
  const consent = await browser.submit(login, 'login', { name, password })
  const back = await browser.submit(consent, 'approve')
  await browser.submit(consent, 'approve')
  const code = back.url.searchParams.get('code') ?? ''

  const redeem = { ...client, grant_type: 'authorization_code', code, code_verifier: verifier }
  const post = (form: Form, by = key) => postForm(scene, '/token', async () => form, by)
  await wire.send(`${up.issuer}/token`, { body: new URLSearchParams(redeem).toString() })
  const first = await post(redeem)
  const refresh = (token: string) => ({ ...client, grant_type: 'refresh_token', refresh_token: token })
  const second = await post(refresh(readToken(first, 'refresh_token')))
  const token = readToken(second)
  await postForm(scene, '/revoke', async () => ({ ...client, token: readToken(first) }), key)
  await postForm(scene, '/introspect', () => clientForm(scene, { token }), key)
  expectStatus(await post(redeem), 400)
  expectStatus(await post(refresh(readToken(second, 'refresh_token')), await createKey(scene)), 400)
  return { token, key }
}

function expectStatus({ status, body }: Answer, expected: number): void {
  if (status !== expected) throw new Error(`${status} instead of ${expected}: ${body}`)
}

/** A token in each place of a request that some server writes into its log. */
async function writeEverywhere({ up, wire }: Scene, token: string): Promise<void> {
  const json = { 'content-type': 'application/json' }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const origin = new URL(up.resource).origin
  const requests: readonly [url: string, sending: Sending][] = [
    [`${up.resource}?access_token=${token}`, { headers: json, body: rpc('tools/list') }],
    [`${up.resource}?access_token=${token}`, { method: 'GET' }],
    [`${origin}/${token}`, { method: 'GET' }],
    [`${origin}//${token}@[`, { method: 'GET' }],
    [up.resource, { method: 'GET', headers: { 'user-agent': token, referer: `https://x.example/?code=${token}` } }],
    [up.resource, { headers: { ...json, authorization: token }, body: toolCall(token) }],
    [up.resource, { headers: { ...json, authorization: `DPoP ${token}`, host: `${token.slice(0, 60)}.example` } }],
    [up.resource, { headers: { ...json, 'mcp-session-id': token, 'mcp-name': token }, body: `{"token":"${token}"` }],
    [`${up.issuer}/${token}`, { method: 'GET' }],
    [`${up.issuer}/authorize?client_id=${token}&redirect_uri=${token}&state=${token}`, { method: 'GET' }],
    [`${up.issuer}/interaction/${token.slice(-43)}`, { method: 'GET' }],
    [`${up.issuer}/revocations?after=${token}&epoch=${token}`, { method: 'GET' }],
    [`${up.issuer}/token`, { headers: form, body: `grant_type=${token}&client_id=${token}` }],
    [`${up.issuer}/token`, { headers: { ...form, authorization: `Basic ${btoa(`${token}:${token}`)}` }, body: 'x' }],
    [`${up.issuer}/token`, { headers: { ...json, dpop: token }, body: JSON.stringify({ token }) }],
    [`${up.issuer}/token`, { headers: form, body: `client_assertion=${token.repeat(100)}` }],
    [`${up.admin}/${token}`, { method: 'GET' }],
    [`${up.admin}/metrics?token=${token}`, { method: 'GET', headers: { cookie: token } }],
  ]
  for (const [url, sending] of requests) {
    const { status } = await wire.send(url, sending)
    if (status < 400 && !url.startsWith(up.admin) && !url.includes('/revocations')) throw new Error(`${status}: ${url}`)
  }
}

/** Every write fails while somebody else keeps the databases to themselves: errors with credentials at hand. */
export async function breakStores(scene: Scene, holder: Holder): Promise<void> {
  const { up, wire } = scene
  const call = await prepareCall(scene, holder, toolCall('write_note', { text: NOTE }))
  const files = ['authorization.sqlite', 'notes.sqlite', 'attestation.sqlite']
  const locks = files.map((file) => new DatabaseSync(join(up.data, file)))
  try {
    for (const lock of locks) lock.exec('BEGIN IMMEDIATE')
    const rest = { grant_type: 'client_credentials', resource: up.resource, scope: 'notes:read' }
    expectStatus(await postForm(scene, '/token', () => clientForm(scene, rest), holder.key), 500)
    await wire.send(up.resource, call)
    expectStatus(await askForAttestation(scene), 503)
    expectStatus(await wire.send(`${up.admin}/readyz`, { method: 'GET' }), 503)
  } finally {
    for (const lock of locks) lock.close()
  }
}

/** As a deployment that proves who it is. */
async function askForAttestation({ up, wire }: Scene): Promise<Answer> {
  const form = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion(up.client, up.attestationIssuer),
    instance_proof: 'a.b.c',
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return wire.send(`${up.attestationIssuer}/attest`, { headers, body: new URLSearchParams(form).toString() })
}
