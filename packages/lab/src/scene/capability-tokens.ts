/** Tokens with capabilities, and the exchanges of tokens: asked for by hand, by whoever holds them or stole them. */

import { createHash, randomBytes } from 'node:crypto'
import type { Holder } from './agent.ts'
import { authorize, obtainTokenNonce, postToken, proveToken, redemption, tokensOf } from './authorization.ts'
import type { Deployment } from './deployment.ts'
import type { Person } from './person.ts'
import { type AgentKey, type Answer, createAgentKey, signAssertion } from './wire.ts'

type Form = Readonly<Record<string, string>>

/** What may be said of an entry beside its arguments; once and for 60 seconds, at the first server, unless said. */
export interface Terms {
  readonly resource?: string
  readonly uses?: number
  readonly seconds?: number
  readonly not_before?: number
}

/** An entry for calls with these very arguments, as a client asks for it. */
export function entryFor(
  { a }: Pick<Deployment, 'a'>,
  tool: string,
  args: Readonly<Record<string, unknown>>,
  { resource = a.resource, ...terms }: Terms = {},
): object {
  const constraints = Object.entries(args).map(([name, value]) => [`/${name}`, { equals: value }])
  return {
    type: 'mcp_tool',
    locations: [resource],
    tool,
    arguments: Object.fromEntries(constraints),
    uses: 1,
    seconds: 60,
    ...terms,
  }
}

/** The parameter that asks for them. */
export function detailsOf(...entries: readonly object[]): Form {
  return { authorization_details: JSON.stringify(entries) }
}

/** Posts to the token endpoint under a key; with an assertion where the client has a key to sign one with. */
export async function requestUnder(
  deployment: Deployment,
  { client, key }: { readonly client: Partial<Deployment['client']>; readonly key: AgentKey },
  form: Form,
): Promise<Answer> {
  const { clientId = '', privateJwk } = client
  const assertion =
    privateJwk === undefined
      ? { client_id: clientId }
      : {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await signAssertion({ clientId, privateJwk }, deployment.issuer),
        }
  const proof = await proveToken(deployment, key, await obtainTokenNonce(deployment))
  return postToken(deployment, { ...assertion, ...form }, { proof })
}

/** A token of the machine client, with capabilities; and with scopes where they are said. */
export async function obtainCapabilities(
  deployment: Deployment,
  entries: readonly object[],
  { scope, resource = deployment.a.resource }: { readonly scope?: string; readonly resource?: string } = {},
): Promise<Holder> {
  const key = await createAgentKey()
  const form = { grant_type: 'client_credentials', resource, ...detailsOf(...entries), ...(scope && { scope }) }
  const answer = await requestUnder(deployment, { client: deployment.client, key }, form)
  return { token: tokensOf(answer).access, key }
}

/** What somebody who has a token, or a copy of one, makes of it (RFC 8693 §2.1). */
export function exchangeToken(
  deployment: Deployment,
  party: Parameters<typeof requestUnder>[1],
  token: string,
  rest: Form = {},
): Promise<Answer> {
  return requestUnder(deployment, party, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    ...rest,
  })
}

/** What the machine client passes on to the worker, and what that makes of it. */
export async function delegateTo(
  deployment: Deployment,
  holder: Holder,
  { narrowed = {}, key }: { readonly narrowed?: Form; readonly key: AgentKey },
): Promise<Answer> {
  const { client, worker } = deployment
  const form = { may_act: worker.clientId, ...narrowed }
  const given = tokensOf(await exchangeToken(deployment, { client, key: holder.key }, holder.token, form)).access
  return exchangeToken(deployment, { client: worker, key }, given)
}

/** The tokens of a person's app, with the key that they are bound to. */
export interface PersonHolder extends Holder {
  readonly refresh: string
}

/** Gets them with the consent of a person who reads the page. */
export async function obtainFromPerson(
  deployment: Deployment,
  person: Pick<Person, 'authorize'>,
  params: Form = {},
): Promise<PersonHolder> {
  const verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  const back = await authorize(deployment, { code_challenge, code_challenge_method: 'S256', ...params }, person)
  const key = await createAgentKey()
  const form = redemption(deployment, back.searchParams.get('code') ?? '', verifier)
  const { access: token, refresh } = tokensOf(
    await requestUnder(deployment, { client: deployment.publicClient, key }, form),
  )
  return { token, key, refresh }
}
