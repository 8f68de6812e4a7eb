import { afterAll, describe, expect, it } from 'vitest'
import { codeOf, goodBody, serveScene } from '../testing/served-scene.test-fixture.ts'

const served = await serveScene({ guard: { hosts: ['Notes.Example', 'notes.example:8443'] } })
afterAll(() => served[Symbol.asyncDispose]())
const body = `content-length: ${goodBody.length}\r\n\r\n${goodBody}`
const headFrom = async (...hosts: string[]) =>
  (await served.head()).replace(/^host: .*\r\n/m, hosts.map((host) => `host: ${host}\r\n`).join(''))

async function codeFrom(...hosts: string[]): Promise<string | undefined> {
  const response = await served.send(await headFrom(...hosts), body)
  return response.status === 200 ? 'allowed' : codeOf(response)
}

describe('MCP transports, Security Warning: the Host of a call', () => {
  it.each(['notes.example', 'NOTES.example', 'notes.example:8443'])('is one of the configured: %s', async (host) => {
    expect(await codeFrom(host)).toBe('allowed')
  })

  it.each([
    'evil.example',
    'notes.example:443',
    'notes.example.',
    'notes.example.evil.example',
    'user@notes.example',
    '127.0.0.1',
    '',
  ])('is refused otherwise, whatever this machine is called (rebinding): %j', async (host) => {
    expect(await codeFrom(host)).toBe('host_not_allowed')
  })

  it('is refused when there are two, in either order', async () => {
    expect(await codeFrom('notes.example', 'evil.example')).toBe('host_not_allowed')
    expect(await codeFrom('evil.example', 'notes.example')).toBe('host_not_allowed')
    expect(await codeFrom('notes.example', 'notes.example')).toBe('host_not_allowed')
  })

  it('is not replaced by what a proxy says of it', async () => {
    const head = await headFrom('evil.example')
    expect(codeOf(await served.send(`${head}x-forwarded-host: notes.example\r\n`, body))).toBe('host_not_allowed')
  })
})
