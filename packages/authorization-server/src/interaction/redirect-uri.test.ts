import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { startAttempt } from '../../testing/code-flow.ts'
import { startWorld, type World } from '../../testing/world.ts'
import type { ClientRegistration } from '../configuration/options.ts'

const register = (clientId: string, redirectUris: string[]): ClientRegistration => ({
  clientId,
  grants: ['authorization_code'],
  public: true,
  redirectUris,
  scopes: ['notes:read'],
})

const registered = {
  web: 'https://app.example/callback',
  query: 'https://app.example/callback?tenant=1',
  local: 'http://127.0.0.1/callback',
  named: 'http://localhost/callback',
  phone: 'com.example.app:/callback',
}
const clients = [
  ...Object.entries(registered).map(([clientId, uri]) => register(clientId, [uri])),
  register('both', [registered.web, registered.local]),
]

/** What an attacker may write in place of a registered address, and why it might pass somewhere. */
const tricks: Record<keyof typeof registered | 'both', readonly (readonly [why: string, uri: string])[]> = {
  web: [
    ['another host', 'https://evil.example/callback'],
    ['the host as user info', 'https://app.example@evil.example/callback'],
    ['the host as user info with password', 'https://app.example:443@evil.example/callback'],
    ['user info before the right host', 'https://evil@app.example/callback'],
    ['empty user info', 'https://@app.example/callback'],
    ['the host as a subdomain', 'https://app.example.evil.example/callback'],
    ['a subdomain', 'https://evil.app.example/callback'],
    ['a suffix of the host', 'https://evilapp.example/callback'],
    ['a root dot', 'https://app.example./callback'],
    ['path traversal', 'https://app.example/callback/../open?to=https://evil.example'],
    ['encoded path traversal', 'https://app.example/callback/%2e%2e/open'],
    ['backslash traversal', 'https://app.example/callback\\..\\open'],
    ['a path segment more', 'https://app.example/callback/more'],
    ['a trailing slash', 'https://app.example/callback/'],
    ['a path parameter', 'https://app.example/callback;x'],
    ['a doubled slash', 'https://app.example//callback'],
    ['an extra query', 'https://app.example/callback?to=https://evil.example'],
    ['an empty query', 'https://app.example/callback?'],
    ['a fragment', 'https://app.example/callback#/evil'],
    ['an empty fragment', 'https://app.example/callback#'],
    ['another case of the path', 'https://app.example/Callback'],
    ['another case of the host', 'https://APP.example/callback'],
    ['another case of the scheme', 'HTTPS://app.example/callback'],
    ['an encoded letter in the path', 'https://app.example/%63allback'],
    ['an encoded letter in the host', 'https://app.%65xample/callback'],
    ['an encoded slash', 'https://app.example%2fcallback'],
    ['another port', 'https://app.example:8443/callback'],
    ['the usual port, written', 'https://app.example:443/callback'],
    ['plain http', 'http://app.example/callback'],
    ['no scheme', '//app.example/callback'],
    ['no host', '/callback'],
    ['backslashes for slashes', 'https:\\\\app.example\\callback'],
    ['one slash', 'https:/app.example/callback'],
    ['a backslash before an at sign', 'https://evil.example\\@app.example/callback'],
    ['a tab in the scheme', 'ht\ttps://app.example/callback'],
    ['a newline at the end', 'https://app.example/callback\n'],
    ['a space at the start', ' https://app.example/callback'],
    ['a null byte', 'https://app.example/callback\0.evil.example'],
    ['a header in it', 'https://app.example/callback\r\nLocation: https://evil.example'],
    ['a full-width dot', 'https://app。example/callback'],
    ['a homograph', 'https://аpp.example/callback'],
    ['a script', 'javascript:alert(1)//https://app.example/callback'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['nothing', ''],
    ['10 kB', `https://app.example/callback${'x'.repeat(10_000)}`],
  ],
  query: [
    ['without its query', 'https://app.example/callback'],
    ['with one parameter more', 'https://app.example/callback?tenant=1&to=https://evil.example'],
    ['with another value', 'https://app.example/callback?tenant=2'],
    ['with the parameter twice', 'https://app.example/callback?tenant=1&tenant=2'],
  ],
  local: [
    ['localhost for 127.0.0.1', 'http://localhost/callback'],
    ['localhost with a port', 'http://localhost:4711/callback'],
    ['the IPv6 loopback', 'http://[::1]/callback'],
    ['IPv4 in IPv6', 'http://[::ffff:127.0.0.1]/callback'],
    ['another loopback address', 'http://127.0.0.2/callback'],
    ['all addresses', 'http://0.0.0.0/callback'],
    ['a decimal address', 'http://2130706433/callback'],
    ['an octal address', 'http://0177.0.0.1/callback'],
    ['a short address', 'http://127.1/callback'],
    ['the host as a subdomain', 'http://127.0.0.1.evil.example/callback'],
    ['the host as user info', 'http://127.0.0.1@evil.example/callback'],
    ['host and port as user info', 'http://127.0.0.1:4711@evil.example/callback'],
    ['user info on loopback', 'http://evil@127.0.0.1:4711/callback'],
    ['https on loopback', 'https://127.0.0.1/callback'],
    ['another path', 'http://127.0.0.1:4711/other'],
    ['path traversal', 'http://127.0.0.1:4711/callback/../other'],
    ['an extra query', 'http://127.0.0.1:4711/callback?x=1'],
    ['a fragment', 'http://127.0.0.1:4711/callback#x'],
    ['a port that is none', 'http://127.0.0.1:port/callback'],
    ['a port beyond ports', 'http://127.0.0.1:99999/callback'],
    ['a port with an address after it', 'http://127.0.0.1:80:evil.example/callback'],
    ['a backslash in the authority', 'http://127.0.0.1:80\\@evil.example/callback'],
  ],
  named: [
    ['127.0.0.1 for localhost', 'http://127.0.0.1/callback'],
    ['a subdomain of localhost', 'http://app.localhost/callback'],
    ['localhost as a subdomain', 'http://localhost.evil.example/callback'],
    ['localhost with a root dot', 'http://localhost./callback'],
  ],
  phone: [
    ['another path', 'com.example.app:/other'],
    ['with slashes', 'com.example.app:///callback'],
    ['with a host', 'com.example.app://evil/callback'],
    ['another app', 'com.example.evil:/callback'],
    ['a longer scheme', 'com.example.apps:/callback'],
    ['another case', 'COM.example.app:/callback'],
    ['an extra query', 'com.example.app:/callback?x'],
  ],
  both: [
    ['another port off loopback, for a client that is also local', 'https://app.example:4711/callback'],
    ['plain http off loopback, for a client that is also local', 'http://app.example/callback'],
    ['another port on a host that begins like loopback', 'http://127.0.0.1.app.example:4711/callback'],
  ],
}
const table = Object.entries(tricks).flatMap(([client, rows]) => rows.map(([why, uri]) => ({ client, why, uri })))

let world: World
beforeAll(async () => {
  world = await startWorld({ clients })
})
afterAll(() => world.close())

const ask = (client_id: string, params: [string, string][]) => {
  const { url } = startAttempt(world, { client_id, redirect_uri: undefined })
  for (const [name, value] of params) url.searchParams.append(name, value)
  return fetch(url, { redirect: 'manual', headers: { Accept: 'text/html' } })
}

describe('RFC 9700 §2.1, §4.1 redirect URIs', () => {
  it.each(Object.entries(registered))('are taken as they were registered: %s', async (client, uri) => {
    const response = await ask(client, [['redirect_uri', uri]])
    expect(response.headers.get('Location')).toMatch(/\/interaction\//)
  })

  it.each(table)(`${verifies('MCP-REDIRECT-1')} get a page and no redirect: $client, $why`, async ({ client, uri }) => {
    const response = await ask(client, [['redirect_uri', uri]])
    const page = await response.text()
    expect(response.status).toBe(400)
    expect(response.headers.get('Location')).toBeNull()
    expect(page).toMatch(/<h1>This (link leads somewhere unknown|cannot go on)<\/h1>/)
    expect(page).not.toContain('evil.example')
    expect(page).not.toMatch(/<script|href=|http-equiv/)
  })

  it('are not made up where there is none, and not chosen where there are two', async () => {
    const nowhere: [string, string][][] = [
      [],
      [
        ['redirect_uri', registered.web],
        ['redirect_uri', 'https://evil.example/'],
      ],
      [
        ['redirect_uri', 'https://evil.example/'],
        ['redirect_uri', registered.web],
      ],
    ]
    for (const params of nowhere) {
      const response = await ask('web', params)
      expect(response.status).toBe(400)
      expect(response.headers.get('Location')).toBeNull()
    }
  })

  it('are judged before every other fault is told to them', async () => {
    const faults: [string, string][] = [
      ['response_mode', 'nonsense'],
      ['prompt', 'none'],
      ['request_uri', 'https://evil.example/'],
      ['request', 'eyJ'],
      ['registration', '{}'],
      ['max_age', 'never'],
      ['id_token_hint', 'x'],
      ['response_mode', 'form_post'],
    ]
    for (const fault of faults) {
      const response = await ask('web', [['redirect_uri', 'https://evil.example/callback'], fault])
      expect(response.status, fault.join('=')).toBe(400)
      expect(response.headers.get('Location')).toBeNull()
      expect(await response.text()).not.toContain('evil.example')
    }
  })
})
