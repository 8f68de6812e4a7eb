/** Contestants whose every call needs something made just before, and guards that they are sent to. */
import { sign, verify } from 'node:crypto'
import { createMemoryLedger, type Ledger, type Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createGuard, type GuardOptions } from '@countersign/resource-server'
import type { Contestant } from '../interleave.ts'
import { createCall, createSigningKey, issuer, resource, signCallProof, signToken } from './fixture.ts'

const agentKey = createSigningKey()
const issuerKey = createSigningKey()

/** Makes an item for each, then does all at once. */
export function contend<T>(name: string, make: () => T, one: (item: T) => Promise<void> | void): Contestant {
  const items: T[] = []
  return {
    name,
    prepare(count) {
      while (items.length < count) items.push(make())
    },
    async run(count) {
      await Promise.all(items.splice(0, count).map(one))
    },
  }
}

/** The floor: `crypto.verify` with a parsed key and a DER signature, on messages like those of the guard. */
export function createBareVerify(name: string): Contestant {
  const token = signToken(issuerKey, agentKey)
  const make = () => {
    const proof = signCallProof(agentKey, token, 'none')
    const input = Buffer.from(proof.slice(0, proof.lastIndexOf('.')))
    return { input, signature: sign('sha256', input, agentKey.privateKey) }
  }
  return contend(name, make, ({ input, signature }) => {
    if (!verify('sha256', input, agentKey.publicKey, signature)) throw new Error('the signature does not verify')
  })
}

/** Takes every signature to be good: what is added to a call is small beside one, and would be lost in its variance. */
function createIdleVerifier(): Verifier {
  return { ...createFastVerifier(), verify: () => true }
}

/** Counts capabilities without end, and proofs as ever. */
function createCountingLedger(): Ledger {
  const proofs = createMemoryLedger()
  const counts = new Map<string, number>()
  return {
    lifetime: 'durable',
    spend(spends) {
      for (const { kind, key } of spends) if (kind !== 'proof') counts.set(key, (counts.get(key) ?? 0) + 1)
      return proofs.spend(spends.filter(({ kind }) => kind === 'proof'))
    },
  }
}

/** Calls of a guard that checks no signatures, with a token that it knows. */
export async function createGuardContestant(
  name: string,
  options: Partial<GuardOptions>,
  claims: object = {},
): Promise<Contestant> {
  const guard = createGuard({
    resource,
    authorizationServers: [{ issuer, jwks: { keys: [{ ...issuerKey.publicJwk, kid: 'issuer-1', alg: 'ES256' }] } }],
    tools: { read_notes: { scopes: ['notes:read'] } },
    proofs: { nonce: 'required' },
    verifier: createIdleVerifier(),
    ledger: createCountingLedger(),
    ...options,
  })
  const token = signToken(issuerKey, agentKey, claims)
  const { nonce = '' } = await guard.decide(createCall(token, signCallProof(agentKey, token, 'none')))
  const make = () => createCall(token, signCallProof(agentKey, token, nonce))
  return contend(name, make, async (call) => {
    const decision = await guard.decide(call)
    if (!decision.allowed) throw new Error(`refused: ${JSON.stringify(decision)}`)
  })
}
