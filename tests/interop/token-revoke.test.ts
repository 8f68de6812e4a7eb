import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { callTool, toolCall } from '../support/agent.ts'
import { createWire } from '../support/secrets/exchanges.ts'
import { createHunt } from '../support/secrets/hunt.ts'
import { driveGoodCalls, type Holder } from '../support/secrets/traffic.ts'
import { useUp } from '../support/up.ts'
import { signAssertion } from '../support/wire.ts'

const launcher = join(import.meta.dirname, '../../packages/cli/bin/countersign.js')

/** The command, with a token on stdin, where no shell history keeps it. */
function revoke(token: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'token', 'revoke', '-', ...args], {
    input: token,
    encoding: 'utf8',
  })
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
