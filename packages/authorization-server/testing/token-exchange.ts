/** An orchestrator that delegates to a worker, and the exchanges of their tokens. */
import type { ClientRegistration } from '../src/configuration/options.ts'
import { ACCESS_TOKEN, TOKEN_EXCHANGE } from '../src/token-exchange/grant-type.ts'
import { notesWithTools } from './capabilities.ts'
import { fetchNonce, makeAssertion, makeTokenProof, postToken, type TokenAnswer } from './token-request.ts'
import { type KeyPair, makeKey, REDIRECT, startWorld, type World, type WorldOptions } from './world.ts'

/** A client with a key that proves who it is, and one that its tokens are bound to. */
export interface Party {
  readonly clientId: string
  readonly assertionKey: KeyPair
  readonly proofKey: KeyPair
}

/** A world with them, and others beside. */
export interface ExchangeWorld {
  readonly world: World
  /** Has tokens of its own and of persons; delegates to the worker. */
  readonly orchestrator: Party
  /** Delegates on to the helper. */
  readonly worker: Party
  readonly helper: Party
  /** Delegates to the orchestrator again. */
  readonly stranger: Party
}

async function makeParty(clientId: string): Promise<Party> {
  return { clientId, assertionKey: await makeKey(), proofKey: await makeKey() }
}

const ALL_SCOPES = ['notes:read', 'notes:write', 'notes:delete']

/** `worker` changes its registration. */
export interface ExchangeWorldOptions extends WorldOptions {
  readonly worker?: Partial<ClientRegistration>
}

export async function startExchangeWorld(settings: ExchangeWorldOptions = {}): Promise<ExchangeWorld> {
  const orchestrator = await makeParty('orchestrator')
  const worker = await makeParty('worker')
  const helper = await makeParty('helper')
  const stranger = await makeParty('stranger')
  const keysOf = ({ clientId, assertionKey }: Party) => ({ clientId, jwks: { keys: [assertionKey.publicJwk] } })
  const scopes = ALL_SCOPES
  const clients = [
    {
      ...keysOf(orchestrator),
      grants: ['client_credentials', 'authorization_code', 'refresh_token', 'token_exchange'],
      redirectUris: [REDIRECT],
      scopes,
      delegatesTo: ['worker'],
    },
    {
      ...keysOf(worker),
      grants: ['token_exchange'],
      scopes: ['notes:read', 'notes:write'],
      delegatesTo: ['helper'],
      ...settings.worker,
    },
    { ...keysOf(helper), grants: ['token_exchange'], scopes, delegatesTo: ['stranger'] },
    {
      ...keysOf(stranger),
      grants: ['client_credentials', 'token_exchange'],
      scopes,
      delegatesTo: ['orchestrator'],
    },
  ] as const
  const options = { resources: [notesWithTools], ...settings.options }
  const world = await startWorld({ ...settings, options, clients: [...clients, ...(settings.clients ?? [])] })
  return { world, orchestrator, worker, helper, stranger }
}

/** A token request of a party, under its own keys unless others are said. */
export async function ask(
  world: World,
  { clientId, assertionKey, proofKey }: Party,
  form: Record<string, string>,
): Promise<TokenAnswer> {
  const client_assertion = await makeAssertion(world.issuer, clientId, assertionKey)
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const DPoP = await makeTokenProof(world.issuer, proofKey, { nonce: await fetchNonce(world) })
  return postToken(world.issuer, { client_assertion_type, client_assertion, ...form }, { DPoP })
}

/** A token of its own. */
export async function ownToken(world: World, party: Party, rest: Record<string, string> = {}): Promise<string> {
  const form = { grant_type: 'client_credentials', scope: ALL_SCOPES.join(' '), ...rest }
  return tokenOf(await ask(world, party, form))
}

/** Exchanges a token. */
export function exchange(
  world: World,
  party: Party,
  subject_token: string,
  rest: Record<string, string> = {},
): Promise<TokenAnswer> {
  const form = { grant_type: TOKEN_EXCHANGE, subject_token, subject_token_type: ACCESS_TOKEN, ...rest }
  return ask(world, party, form)
}

export function tokenOf({ body }: TokenAnswer): string {
  if (typeof body.access_token !== 'string') throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.access_token
}
