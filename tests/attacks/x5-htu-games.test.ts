/** X5, what stands beside the attack: all that `htu` may and may not be. */
import { modernHeaders, obtainNonce, obtainToken, send, signProof, toolCall } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const body = toolCall('read_notes')
const relay = 'relay.example'

describe('X5: htu is compared with the configured endpoint', () => {
  const deployment = useDeployment()

  async function proveFor(rewrite: (resource: string) => string, headers: Record<string, string> = {}) {
    const { resource } = deployment().a
    const { token, key } = await obtainToken(deployment())
    const nonce = await obtainNonce(resource)
    const dpop = await signProof(key, { url: rewrite(resource), token, nonce, content: body })
    return send(resource, {
      headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop, ...headers },
      body,
    })
  }

  it.each<[string, (resource: string) => string]>([
    ['another port', (resource) => resource.replace(/:\d+/, ':1')],
    ['another path', (resource) => `${resource}/x`],
    ['another case of the path', (resource) => resource.replace('/mcp', '/MCP')],
    ['a trailing slash', (resource) => `${resource}/`],
    ['a query', (resource) => `${resource}?a=b`],
    ['a fragment', (resource) => `${resource}#a`],
    ['user information', (resource) => resource.replace('://', '://user@')],
    ['https', (resource) => resource.replace('http:', 'https:')],
    ['no URL', () => '/mcp'],
  ])('%s: is stopped with invalid_dpop_proof', async (_name, rewrite) => {
    expect(await proveFor(rewrite)).toMatchObject({ status: 401, code: 'invalid_dpop_proof' })
  })

  it('forwarded headers have no say', async () => {
    const headers = { 'x-forwarded-host': relay, 'x-forwarded-proto': 'https', forwarded: `host=${relay};proto=https` }
    const answer = await proveFor(() => `https://${relay}/mcp`, headers)
    expect(answer).toMatchObject({ status: 401, code: 'invalid_dpop_proof' })
  })

  it.each<[string, (resource: string) => string]>([
    ['dot segments', (resource) => resource.replace('/mcp', '/a/../mcp')],
    ['an upper-case scheme', (resource) => resource.replace('http:', 'HTTP:')],
    ['a percent-encoded letter', (resource) => resource.replace('/mcp', '/%6dcp')],
  ])('%s: names the same place, and passes', async (_name, rewrite) => {
    expect(await proveFor(rewrite)).toMatchObject({ status: 200 })
  })
})
