/** The token endpoint and the code flow, driven by hand: by an honest client, or by somebody else with what they took. */
import { createHash, randomBytes } from 'node:crypto'
import type { Deployment } from './deployment.ts'
import { type Person, seatPerson } from './person.ts'
import { type AgentKey, type Answer, createAgentKey, send, signAssertion, signProof } from './wire.ts'

type Form = Readonly<Record<string, string>>

/** What of a deployment these need. */
export type Grounds = Pick<Deployment, 'issuer' | 'client' | 'publicClient' | 'user'> & {
  readonly a: { readonly resource: string }
}

/** Sends a form to the token endpoint; under a key, with a proof, or without one. */
export async function postToken(
  { issuer }: Pick<Grounds, 'issuer'>,
  form: Form,
  { proof, headers = {} }: { readonly proof?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  return send(`${issuer}/token`, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(proof === undefined ? {} : { dpop: proof }),
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  })
}

/** A proof for the token endpoint. */
export function proveToken({ issuer }: Pick<Grounds, 'issuer'>, key: AgentKey, nonce: string): Promise<string> {
  return signProof(key, { url: `${issuer}/token`, nonce })
}

/** The nonce that the token endpoint hands out. */
export async function obtainTokenNonce(deployment: Grounds): Promise<string> {
  const key = await createAgentKey()
  const proof = await signProof(key, { url: `${deployment.issuer}/token` })
  const { nonce } = await postToken(deployment, await clientCredentials(deployment), { proof })
  if (nonce === undefined) throw new Error('the token endpoint hands out no nonce')
  return nonce
}

/** A request of the machine client, with a fresh assertion. */
export async function clientCredentials(deployment: Grounds, scope = 'notes:read'): Promise<Form> {
  return {
    grant_type: 'client_credentials',
    resource: deployment.a.resource,
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion(deployment.client, deployment.issuer),
  }
}

/** Where a person's browser was sent back to, after they approved. */
export async function authorize(
  deployment: Grounds,
  params: Form = {},
  person: Pick<Person, 'authorize'> = seatPerson(deployment, () => true),
): Promise<URL> {
  const { issuer, publicClient, a } = deployment
  const url = new URL(`${issuer}/authorize`)
  const good = {
    client_id: publicClient.clientId,
    response_type: 'code',
    redirect_uri: publicClient.redirectUri,
    scope: 'notes:read',
    resource: a.resource,
    state: 'some-state',
  }
  for (const [name, value] of Object.entries({ ...good, ...params })) url.searchParams.set(name, value)
  return person.authorize(url)
}

/** A code with the verifier that redeems it (RFC 7636). */
export interface Code {
  readonly code: string
  readonly verifier: string
}

/** A code that an honest client asked for, with PKCE. */
export async function obtainCode(deployment: Grounds, person?: Pick<Person, 'authorize'>): Promise<Code> {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const params = { code_challenge: challenge, code_challenge_method: 'S256' }
  const back = await authorize(deployment, params, person)
  return { code: back.searchParams.get('code') ?? '', verifier }
}

/** The form that redeems a code. */
export function redemption({ publicClient }: Pick<Grounds, 'publicClient'>, code: string, verifier?: string): Form {
  return {
    grant_type: 'authorization_code',
    client_id: publicClient.clientId,
    redirect_uri: publicClient.redirectUri,
    code,
    ...(verifier === undefined ? {} : { code_verifier: verifier }),
  }
}

/** The form that refreshes. */
export function refreshment({ publicClient }: Pick<Grounds, 'publicClient'>, refreshToken: string): Form {
  return { grant_type: 'refresh_token', client_id: publicClient.clientId, refresh_token: refreshToken }
}

/** What a successful token response holds. */
export function tokensOf({ body }: Answer): { readonly access: string; readonly refresh: string } {
  const { access_token: access, refresh_token: refresh = '' } = JSON.parse(body) as Record<string, string>
  if (access === undefined) throw new Error(`no token: ${body}`)
  return { access, refresh }
}
