import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Capability } from '@countersign/capability'
import { callTool, createAgentKey, send, signAssertion, signProof, toolCall } from '@countersign/lab'
import { decodeJwt } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { createWire } from '../support/secrets/exchanges.ts'
import { createHunt } from '../support/secrets/hunt.ts'
import { driveGoodCalls, type Holder } from '../support/secrets/traffic.ts'
import { useUp } from '../support/up.ts'

const launcher = join(import.meta.dirname, '../../packages/cli/bin/countersign.js')

/** The command, with a token on stdin, where no shell history keeps it. */
function revoke(token: string, ...args: readonly string[]) {
  return run(['-', ...args], token)
}

function run(args: readonly string[], input = '') {
  const command = [launcher, 'token', 'revoke', ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { input, encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('countersign token revoke', { timeout: 30_000 }, () => {
  const up = useUp()
  const obtain = (): Promise<Holder> => {
    const hunt = createHunt()
    return driveGoodCalls({ up: up(), wire: createWire(hunt), hunt })
  }

  it('ends a token everywhere within 2 seconds, and no other', async () => {
    const { resource, data } = up()
    const [ended, other] = [await obtain(), await obtain()]
    const call = (holder: Holder) => callTool(holder, resource, toolCall('read_notes'))
    expect((await call(ended)).status).toBe(200)
    expect(revoke(ended.token, '--data', data, '--json')).toMatchObject({
      status: 0,
      stdout: `{"revoked":true,"issuer":"${up().issuer}"}\n`,
    })
    await vi.waitFor(async () => expect(await call(ended)).toMatchObject({ status: 401, code: 'invalid_token' }), {
      timeout: 2_500,
      interval: 250,
    })
    expect((await call(other)).status).toBe(200)
  })

  /** A token that may read, and delete one note. */
  const obtainCapability = async (): Promise<Holder & { readonly id: string; readonly jkt: string }> => {
    const { issuer, resource, client } = up()
    const key = await createAgentKey()
    const limits = { arguments: { '/note_id': { equals: 42 } }, uses: 1, seconds: 60 }
    const details = [{ type: 'mcp_tool', locations: [resource], tool: 'delete_note', ...limits }]
    const request = async (claims = {}) =>
      send(`${issuer}/token`, {
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          dpop: await signProof(key, { url: `${issuer}/token`, ...claims }),
        },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          resource,
          scope: 'notes:read',
          authorization_details: JSON.stringify(details),
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await signAssertion(client, issuer),
        }).toString(),
      })
    const { nonce } = await request()
    const { access_token: token } = JSON.parse((await request({ nonce })).body) as { access_token: string }
    const { authorization_details, cnf } = decodeJwt<{
      authorization_details: readonly Capability[]
      cnf: { jkt: string }
    }>(token)
    return { token, key, id: authorization_details[0]?.id ?? '', jkt: cnf.jkt }
  }

  it.each(['agent', 'capability'])(
    'ends all of one %s, wherever the operator runs it, and of no other',
    async (kind) => {
      const { resource, data, issuer } = up()
      const [ended, other] = [await obtainCapability(), await obtainCapability()]
      const call = (holder: Holder) => callTool(holder, resource, toolCall('read_notes'))
      expect((await call(ended)).status).toBe(200)
      const name = kind === 'agent' ? ended.jkt : ended.id
      const { status, stdout } = run([`--${kind}`, name, '--data', data, '--json'])
      expect({ status, said: JSON.parse(stdout) }).toEqual({ status: 0, said: { revoked: true, issuer, [kind]: name } })
      await vi.waitFor(async () => expect(await call(ended)).toMatchObject({ status: 401, code: 'invalid_token' }), {
        timeout: 2_500,
        interval: 250,
      })
      expect((await call(other)).status).toBe(200)
    },
  )

  it.each([
    [['--agent', 'short'], 2, '43 characters'],
    [['--capability', 'short'], 2, '22 characters'],
    [['--agent', 'x'.repeat(43), '--capability', 'x'.repeat(22)], 2, 'cannot be used with'],
    [['token', '--agent', 'x'.repeat(43)], 2, 'not two of them'],
    [['--agent', 'x'.repeat(43), '--data', '/nowhere'], 1, 'no credentials'],
  ])('refuses %j', (args, status, words) => {
    expect(run(args)).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(words) })
  })

  it('sends a token of another issuer nowhere', async () => {
    const { client, data } = up()
    const foreign = await signAssertion({ ...client, clientId: 'https://other.example' }, 'https://x.example')
    expect(revoke(foreign, '--data', data)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('It was sent nowhere.'),
    })
  })

  it('says the same of a token that nobody knows, as the server does', () => {
    expect(revoke('opaque-and-unknown', '--data', up().data)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('If it was one of countersign-call, it is revoked'),
    })
  })

  it('says what is missing where there are no credentials', () => {
    expect(revoke('x', '--data', '/nowhere/at/all')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no credentials at .*countersign up/),
    })
  })
})
