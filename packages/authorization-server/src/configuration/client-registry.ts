/** How each client proves itself, and what is asked of its agent: checked once, looked up on every request. */
import { parseSpiffeId } from '@countersign/attestation/spiffe'
import { type AttestationPolicy, completeAttestationPolicy } from '@countersign/attestation/verify'
import type { AuthorizationServerOptions, ClientAuthentication, ClientRegistration } from './options.ts'

/** A client, as far as proving itself goes. */
export interface KnownClient {
  readonly clientId: string
  /** `none`: it is public. */
  readonly authentication: ClientAuthentication | 'none'
  /** What its agent must be attested to be. */
  readonly policy: AttestationPolicy
  /** With `spiffe`. */
  readonly spiffeId: string | undefined
  /** The clients that it may name in `may_act`. */
  readonly delegatesTo: readonly string[]
  /** True when a person may be asked for a capability of any tool. */
  readonly asksForAnyTool: boolean
}

/** The clients, by the names that they come with. */
export interface ClientRegistry {
  find(clientId: string): KnownClient | undefined
  findBySpiffeId(spiffeId: string): KnownClient | undefined
  /** True where some client gets its tokens without an attestation. */
  readonly mayOmitAttestation: boolean
}

const AUTHENTICATIONS: readonly unknown[] = ['private_key_jwt', 'attestation', 'spiffe']

/** Throws a TypeError that names the client and the cure. */
export function createClientRegistry(options: AuthorizationServerOptions): ClientRegistry {
  const byId = new Map<string, KnownClient>()
  const bySpiffeId = new Map<string, KnownClient>()
  for (const registration of options.clients ?? []) {
    const known = checkClient(registration, options)
    byId.set(known.clientId, known)
    checkDelegation(registration, options)
    if (known.spiffeId === undefined) continue
    const other = bySpiffeId.get(known.spiffeId)?.clientId
    if (other !== undefined) {
      throw new TypeError(
        `The clients ${JSON.stringify([other, known.clientId])} have one spiffeId: give each its own.`,
      )
    }
    bySpiffeId.set(known.spiffeId, known)
  }
  return {
    find: (clientId) => byId.get(clientId),
    findBySpiffeId: (spiffeId) => bySpiffeId.get(spiffeId),
    mayOmitAttestation: [...byId.values()].some(({ policy }) => policy.presence !== 'required'),
  }
}

function checkClient(client: ClientRegistration, { trust, spiffe = [] }: AuthorizationServerOptions): KnownClient {
  const { clientId, authentication, attestation, spiffeId } = client
  const refuse = (problem: string) => {
    throw new TypeError(`The client ${JSON.stringify(clientId)} ${problem}`)
  }
  if (authentication !== undefined && !AUTHENTICATIONS.includes(authentication)) {
    refuse('has an unknown `authentication`: use private_key_jwt, attestation or spiffe.')
  }
  if (client.public === true && authentication !== undefined) {
    refuse('is public and has an `authentication`: drop one of both.')
  }
  if (trust === undefined && (authentication === 'attestation' || attestation !== undefined)) {
    refuse('is asked for attestations that nobody here can judge: give `trust`.')
  }
  if ((authentication === 'spiffe') !== (spiffeId !== undefined)) {
    refuse('needs a `spiffeId` with the authentication spiffe, and only then.')
  }
  const domain = spiffeId === undefined ? undefined : parseSpiffeId(spiffeId)?.trustDomain
  if (spiffeId !== undefined && domain === undefined) refuse('has a `spiffeId` that is not a SPIFFE ID.')
  if (domain !== undefined && !spiffe.some(({ trustDomain }) => trustDomain === domain)) {
    refuse(`is of the trust domain ${JSON.stringify(domain)}, whose keys are unknown: add it to \`spiffe\`.`)
  }
  return {
    clientId,
    authentication: client.public === true ? 'none' : (authentication ?? 'private_key_jwt'),
    policy: completePolicy(client),
    spiffeId,
    delegatesTo: [...(client.delegatesTo ?? [])],
    asksForAnyTool: client.authorizationDetailsTypes?.includes('mcp_tool') === true,
  }
}

/** Whoever is named is authenticated (RFC 8693 §4.4), and can do something with it. */
function checkDelegation(client: ClientRegistration, { clients = [] }: AuthorizationServerOptions): void {
  const { clientId, grants, delegatesTo = [] } = client
  const refuse = (problem: string) => {
    throw new TypeError(`The client ${JSON.stringify(clientId)} ${problem}`)
  }
  if (delegatesTo.length > 0 && !grants.includes('token_exchange')) {
    refuse('delegates by token exchange: add the grant token_exchange.')
  }
  for (const delegate of delegatesTo) {
    const other = clients.find((candidate) => candidate.clientId === delegate)
    const name = JSON.stringify(delegate)
    if (other === undefined || delegate === clientId) refuse(`delegates to ${name}, which is no other client.`)
    if (other?.public === true || other?.grants.includes('token_exchange') === false) {
      refuse(`delegates to ${name}, which cannot exchange a token: give it credentials and the grant token_exchange.`)
    }
  }
}

/** Where an attestation is how a client proves itself, there is no leaving it out. */
function completePolicy({ clientId, authentication, attestation }: ClientRegistration): AttestationPolicy {
  try {
    const policy = completeAttestationPolicy(attestation ?? 'optional')
    return authentication === 'attestation' ? { ...policy, presence: 'required' } : policy
  } catch (error) {
    const problem = error instanceof Error ? error.message : ''
    throw new TypeError(`The client ${JSON.stringify(clientId)} has a policy that cannot be: ${problem}`, {
      cause: error,
    })
  }
}
