/** An authorization server with clients of every kind, and a program on this computer that waits for its answer. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import type { ClientRegistration } from '../../packages/authorization-server/src/configuration/options.ts'
import { notesWithTools } from '../../packages/authorization-server/testing/capabilities.ts'
import { type Attempt, startAttempt } from '../../packages/authorization-server/testing/code-flow.ts'
import type { TokenAnswer } from '../../packages/authorization-server/testing/token-request.ts'
import { fetchNonce, makeTokenProof, postToken } from '../../packages/authorization-server/testing/token-request.ts'
import {
  type KeyPair,
  makeKey,
  notesResource,
  startWorld,
  USER,
  type World,
} from '../../packages/authorization-server/testing/world.ts'

const SCOPES = Object.keys(notesResource.scopes)

/** Text that does what it can to be something else than a name. */
const HOSTILE_NAME = `"><script>alert(1)</script><img src=x onerror=alert(2)>\u202Etxt.exe\u2066\n\r<h1>Approved</h1>${'A'.repeat(10_000)}`

/** A second person, for those who change accounts. */
export const OTHER_USER = { subject: 'user-2', name: 'Grace', password: 'a quite different phrase' }

const program = { grants: ['authorization_code'], public: true, scopes: SCOPES } as const
const clients = [
  {
    ...program,
    clientId: 'notebook',
    name: 'Notebook',
    grants: ['authorization_code', 'refresh_token'],
    redirectUris: ['http://127.0.0.1/callback'],
  },
  { ...program, clientId: 'web', name: 'Notebook online', redirectUris: ['https://notebook.example/callback'] },
  { ...program, clientId: 'phone', name: 'Notebook', redirectUris: ['com.example.notebook:/callback'] },
  {
    ...program,
    clientId: 'hostile',
    name: HOSTILE_NAME,
    redirectUris: [`https://notes.example.${'long-label.'.repeat(8)}evil.example:8443/callback`],
  },
] as const satisfies readonly ClientRegistration[]

/** The names of the clients. */
export type ClientId = (typeof clients)[number]['clientId']

/** Everything that a test of the pages needs. */
export interface Scene {
  readonly world: World
  /** Where the program on this computer waits for its answer. */
  readonly callback: string
  /** An authorization request of one of the clients. */
  request(clientId: ClientId, params?: Record<string, string>): Attempt
  /** Redeems the code that the program on this computer was sent, with the proofs that belong to it. */
  redeem(attempt: Attempt, answer: URL): Promise<TokenAnswer>
  /** Refreshes with the same key. */
  refresh(tokens: TokenAnswer): Promise<TokenAnswer>
}

/** Starts the scene before the tests of a file, and ends it after them. */
export function useScene(): () => Scene {
  let scene: Scene | undefined
  let local: Server | undefined
  beforeAll(async () => {
    const world = await startWorld({ clients, options: { users: [USER, OTHER_USER], resources: [notesWithTools] } })
    local = createServer((_req, res) => {
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.end('<!DOCTYPE html><html lang="en"><title>The program</title><h1>You may close this page</h1>')
    }).listen(0, '127.0.0.1')
    await once(local, 'listening')
    const callback = `http://127.0.0.1:${(local.address() as AddressInfo).port}/callback`
    scene = createScene(world, callback, await makeKey())
  })
  afterAll(async () => {
    local?.closeAllConnections()
    local?.close()
    await scene?.world.close()
  })
  return () => {
    if (scene === undefined) throw new Error('The scene has not been set.')
    return scene
  }
}

function createScene(world: World, callback: string, key: KeyPair): Scene {
  const post = async (form: Record<string, string>) => {
    const nonce = await fetchNonce(world)
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    return postToken(world.issuer, { client_id: 'notebook', ...form }, { DPoP })
  }
  return {
    world,
    callback,
    request(clientId, params = {}) {
      const [registered] = clients.find((client) => client.clientId === clientId)?.redirectUris ?? []
      const redirect_uri = clientId === 'notebook' ? callback : registered
      return startAttempt(world, { client_id: clientId, redirect_uri, scope: SCOPES.join(' '), ...params })
    },
    redeem: ({ verifier }, answer) =>
      post({
        grant_type: 'authorization_code',
        code: answer.searchParams.get('code') ?? '',
        code_verifier: verifier,
        redirect_uri: callback,
      }),
    refresh: ({ body }) => post({ grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }),
  }
}

/** Types name and password, and presses the button. */
export async function logIn(page: Page, { name, password } = USER): Promise<void> {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Waits until the browser was sent back to the program on this computer; yields the address. */
export async function awaitAnswer(page: Page): Promise<URL> {
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback\?/)
  return new URL(page.url())
}
