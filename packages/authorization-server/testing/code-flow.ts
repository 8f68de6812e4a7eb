/** The authorization code flow, driven like a person and a program would. */
import { createHash, randomBytes } from 'node:crypto'
import { type Browser, createBrowser, type Visited } from './browser.ts'
import { makeTokenProof, postToken, type TokenAnswer } from './token-request.ts'
import { type KeyPair, NOTES, REDIRECT, USER, type World } from './world.ts'

export interface Attempt {
  readonly browser: Browser
  readonly verifier: string
  readonly url: URL
}

/** An authorization request; `undefined` leaves a parameter out. */
export function startAttempt(world: World, params: Record<string, string | undefined> = {}): Attempt {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${world.issuer}/authorize`)
  const good = {
    client_id: 'desktop',
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'notes:read',
    resource: NOTES,
    state: 'some-state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries({ ...good, ...params })) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return { browser: createBrowser(new URL(world.issuer).origin), verifier, url }
}

/** Logs in on the page that the attempt leads to; yields the consent page. */
export async function logIn({ browser, url }: Attempt): Promise<Visited> {
  return browser.submit(await browser.open(url), 'login', { name: USER.name, password: USER.password })
}

/** Logs in and approves; yields the address that the browser was sent back to. */
export async function approve(attempt: Attempt): Promise<URL> {
  return (await attempt.browser.submit(await logIn(attempt), 'approve')).url
}

/** A whole flow up to the code. */
export async function obtainCode(world: World, params: Record<string, string | undefined> = {}) {
  const attempt = startAttempt(world, params)
  const back = await approve(attempt)
  const code = back.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${back.href}`)
  return { code, verifier: attempt.verifier, back }
}

export interface Exchange {
  readonly key: KeyPair
  readonly nonce: string
  readonly form?: Record<string, string>
}

/** Redeems a code as the public client. */
export async function redeemCode(
  world: World,
  { code, verifier }: { code: string; verifier: string },
  { key, nonce, form = {} }: Exchange,
): Promise<TokenAnswer> {
  return postToken(
    world.issuer,
    {
      grant_type: 'authorization_code',
      client_id: 'desktop',
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT,
      ...form,
    },
    { DPoP: await makeTokenProof(world.issuer, key, { nonce }) },
  )
}

/** Refreshes as the public client. */
export async function refresh(
  world: World,
  refreshToken: string,
  { key, nonce, form = {} }: Exchange,
): Promise<TokenAnswer> {
  return postToken(
    world.issuer,
    { grant_type: 'refresh_token', client_id: 'desktop', refresh_token: refreshToken, ...form },
    { DPoP: await makeTokenProof(world.issuer, key, { nonce }) },
  )
}
