/** An attestation issuer on a fresh file, a clock to be set, and a deployment whose assertions jose signs. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalSigner, generateSigningJwk, makeInstanceProof } from '@countersign/attestation/issue'
import type { AttestationEvent } from '@countersign/core'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createAttestationIssuerServer } from '../attestation-issuer-server.ts'
import type { AttestationIssuerServerOptions, Deployment } from '../options.ts'

export const NOW = 1_800_000_000
export const ISSUER = 'https://attest.example'
export const RESOURCE = 'https://notes.example/mcp'
export const HOUR = 3600
export const DAY = 86_400

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
const stranger = await generateKeyPair('ES256', { extractable: true })
/** The key of somebody else. */
export const strangersKey = stranger.privateKey
export const root = await createLocalSigner(await generateSigningJwk())
export const instance = await createLocalSigner(await generateSigningJwk('ES256'))

export const deployment: Deployment = {
  clientId: 'assistant',
  identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
  metadata: {
    attestation_version: '1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools'],
  },
  jwks: { keys: [await exportJWK(publicKey)] },
}

type Members = Record<string, unknown>

/** A client assertion of the deployment, changed; a member that is `undefined` is left out. */
export function assertion(now: number, claims: Members = {}, header: Members = {}, key = privateKey): Promise<string> {
  const all = { iss: 'assistant', sub: 'assistant', aud: ISSUER, iat: now, exp: now + 60, jti: randomUUID(), ...claims }
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', ...header }).sign(key)
}

/** Servers on one file, all on one clock. */
export function makeWorld(changes: Partial<AttestationIssuerServerOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'attestation-issuer-'))
  const time = { now: NOW }
  const events: AttestationEvent[] = []
  const faults: unknown[] = []
  const database = join(folder, 'attestation.sqlite')
  const open = (more: Partial<AttestationIssuerServerOptions> = {}) =>
    createAttestationIssuerServer({
      issuer: ISSUER,
      database,
      deployments: [deployment],
      clock: () => time.now,
      events: (event) => events.push(event),
      onFault: (fault) => faults.push(fault),
      ...changes,
      ...more,
    })
  return { open, time, events, faults, database, remove: () => rmSync(folder, { recursive: true }) }
}

type Server = Awaited<ReturnType<typeof createAttestationIssuerServer>>

/** A request below the issuer. */
export function ask(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  return server.fetch(new Request(`${ISSUER}${path}`, init))
}

/** The JSON of an answer. */
export async function read(response: Response): Promise<Members> {
  return JSON.parse(await response.text())
}

/** A challenge from the endpoint. */
export async function fetchChallenge(server: Server): Promise<string> {
  const { attestation_challenge } = await read(await ask(server, '/challenge', { method: 'POST' }))
  return String(attestation_challenge)
}

/** An instance proof with a new challenge. */
export async function prove(
  server: Server,
  changes: { challenge?: string; audience?: string; clientId?: string } = {},
) {
  const challenge = changes.challenge ?? (await fetchChallenge(server))
  return makeInstanceProof(instance, { issuer: ISSUER, clientId: 'assistant', ...changes, challenge })
}

/** A request to the attestation endpoint; a field that is `undefined` is left out. */
export function attest(server: Server, fields: Record<string, string | undefined>): Promise<Response> {
  const all = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', ...fields }
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(all)) if (value !== undefined) body.append(name, value)
  return ask(server, '/attest', { method: 'POST', body })
}

/** A request as an honest deployment makes it; yields status and body. */
export async function attestHonestly(server: Server, now: number, audience?: string) {
  const instance_proof = await prove(server, audience === undefined ? {} : { audience })
  const response = await attest(server, { client_assertion: await assertion(now), instance_proof })
  return { status: response.status, body: await read(response) }
}
