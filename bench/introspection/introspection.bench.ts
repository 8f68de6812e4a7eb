/** What it costs a call that its token is judged by the issuer's word, or beside a list of revocations. */
import { randomBytes } from 'node:crypto'
import { createGuard, type Guard, type IncomingCall, type IssuerTrust } from '@countersign/resource-server'
import type { Goal } from '../goal.ts'
import {
  createCall,
  createSigningKey,
  issuer,
  resource,
  type SigningKey,
  signCallProof,
  signToken,
  thumbprintOf,
} from '../guard/fixture.ts'
import { type Contestant, interleave } from '../interleave.ts'
import type { Benchmark } from '../run.ts'

const rounds = 100
const warmUp = 20
const batch = 64
const total = (rounds + warmUp) * batch
const revoked = 1000

const names = {
  jwt: 'JWT, verified before',
  jwtWithFeed: `the same, of an issuer that has revoked ${revoked} others`,
  opaque: 'opaque, its issuer asked within the last two seconds',
  opaqueWithFeed: 'opaque, of an issuer whose revocations are read',
  introspectedJwt: 'JWT that its issuer is asked about',
} as const

/** The issuer's network side, without a network: answers about any token, and what was revoked. */
function createIssuer(agentKey: SigningKey): typeof fetch {
  const now = Math.floor(Date.now() / 1000)
  const answer = {
    active: true,
    iss: issuer,
    aud: resource,
    sub: 'user-1',
    client_id: 'agent-1',
    scope: 'notes:read notes:write',
    iat: now,
    exp: now + 3600,
    jti: 'token-1',
    token_type: 'DPoP',
    cnf: { jkt: thumbprintOf(agentKey.publicJwk) },
  }
  const entries = Array.from({ length: revoked }, (_, index) => ({
    sequence: index + 1,
    key: randomBytes(32).toString('base64url'),
    before: now,
    until: now + 3600,
  }))
  return async (input) => {
    const { pathname, searchParams } = new URL(String(input))
    if (pathname === '/introspect') return Response.json(answer)
    const after = Number(searchParams.get('after'))
    return Response.json({ epoch: 'bench', sequence: revoked, entries: entries.slice(after) })
  }
}

/** A guard with a call for each round, all with one token. */
async function prepareCalls(
  token: string,
  agentKey: SigningKey,
  trust: Omit<IssuerTrust, 'issuer'>,
): Promise<Contestant['run']> {
  const guard = createGuard({
    resource,
    authorizationServers: [{ issuer, ...trust }],
    tools: { read_notes: { scopes: ['notes:read'] } },
    proofs: { nonce: 'required' },
    fetch: createIssuer(agentKey),
  })
  const { nonce = '' } = await guard.decide(createCall(token, signCallProof(agentKey, token, 'none')))
  const calls = Array.from({ length: total }, () => createCall(token, signCallProof(agentKey, token, nonce)))
  let next = 0
  return async (count) => {
    const those = calls.slice(next, next + count)
    next += count
    await Promise.all(those.map((call) => expectAllowed(guard, call)))
  }
}

async function expectAllowed(guard: Guard, call: IncomingCall): Promise<void> {
  const decision = await guard.decide(call)
  if (!decision.allowed) throw new Error(`refused: ${JSON.stringify(decision)}`)
}

async function prepare(): Promise<readonly Contestant[]> {
  const issuerKey = createSigningKey()
  const agentKey = createSigningKey()
  const jwks = { keys: [{ ...issuerKey.publicJwk, kid: 'issuer-1', alg: 'ES256' }] }
  const introspection = { endpoint: `${issuer}/introspect`, clientId: 'notes', clientSecret: 'secret' }
  const revocationFeed = `${issuer}/revocations`
  const signed = () => signToken(issuerKey, agentKey)
  const opaque = () => randomBytes(32).toString('base64url')
  return [
    { name: names.jwt, run: await prepareCalls(signed(), agentKey, { jwks }) },
    { name: names.jwtWithFeed, run: await prepareCalls(signed(), agentKey, { jwks, revocationFeed }) },
    { name: names.opaque, run: await prepareCalls(opaque(), agentKey, { jwks, introspection }) },
    {
      name: names.opaqueWithFeed,
      run: await prepareCalls(opaque(), agentKey, { jwks, introspection, revocationFeed }),
    },
    {
      name: names.introspectedJwt,
      run: await prepareCalls(signed(), agentKey, { tokens: 'introspect', jwks, introspection }),
    },
  ]
}

export const introspectionBenchmark: Benchmark = {
  name: 'introspection',
  summary:
    'a call whose token the issuer is asked about, beside one whose token is verified here: CPU time, 64 at once',
  async run(onProgress) {
    const costs = await interleave(await prepare(), { rounds, batch, warmUp, onRound: onProgress })
    const jwt = costs.get(names.jwt) ?? Number.NaN
    const others = [names.jwtWithFeed, names.opaque, names.opaqueWithFeed, names.introspectedJwt]
    const goals = others.map((name): Goal => {
      const value = (costs.get(name) ?? Number.NaN) / jwt
      return { name: `${name} / ${names.jwt}`, value, unit: '×', bound: { atMost: 1.1 } }
    })
    return { costs, goals }
  },
}
