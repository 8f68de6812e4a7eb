import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../testing/command.test-fixture.ts'

/** A model that has nothing to say about any note. */
const completion = {
  id: 'completion-1',
  object: 'chat.completion',
  created: 0,
  model: 'written',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'There are notes.' } }],
}

describe('countersign lab run with a model', () => {
  let http: Server
  let url: string
  const keys: (string | undefined)[] = []

  beforeAll(async () => {
    http = createServer((request, response) => {
      keys.push(request.headers.authorization)
      request.resume()
      response.setHeader('content-type', 'application/json').end(JSON.stringify(completion))
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`
    process.env.LAB_MODEL_KEY = 'the-key'
  })

  afterAll(() => {
    delete process.env.LAB_MODEL_KEY
    http.closeAllConnections()
    http.close()
  })

  const flags = (...more: string[]) => ['lab', 'run', 'T2', '--model-url', url, '--model', 'written', ...more]

  it('says that it did not obey, which proves nothing and is no fault', async () => {
    const { code, out } = await run(flags())
    expect(code).toBe(0)
    expect(out.match(/the model did not do what the text says: nothing is proven/g)).toHaveLength(2)
    expect(out).not.toMatch(/the attacker wins|the defence holds/)
  })

  it('says so to a program, and gives the key to the endpoint alone', async () => {
    const { code, out, err } = await run(flags('--json', '--model-key-env', 'LAB_MODEL_KEY'))
    const verdict = { weakened: 'not_obeyed', hardened: 'not_obeyed', code: 'not_obeyed' }
    expect({ code, report: JSON.parse(out) }).toMatchObject({
      code: 0,
      report: { id: 'T2', ...verdict, variants: [{ ...verdict, obeyed: { weakened: false, hardened: false } }] },
    })
    expect(keys.at(-1)).toBe('Bearer the-key')
    expect(out + err).not.toContain('the-key')
  })

  it('that fails proves nothing, and is a fault', async () => {
    const args = ['lab', 'run', 'T2', '--model-url', 'http://127.0.0.1:9/v1', '--model', 'none']
    expect(await run(args)).toMatchObject({ code: 1, out: expect.stringContaining('http://127.0.0.1:9/v1 failed') })
  })

  it.each([
    [['T4', '--model-url', 'http://127.0.0.1:9/v1', '--model', 'x'], 'No text talks an agent into T4'],
    [['T2', '--model', 'x'], 'both --model-url and --model'],
    [['T2', '--model-url', 'ftp://127.0.0.1', '--model', 'x'], 'no http(s) URL'],
    [
      ['T2', '--model-url', 'http://127.0.0.1:9/v1', '--model', 'x', '--model-key-env', 'NO_SUCH_KEY'],
      'NO_SUCH_KEY holds no key',
    ],
  ])('says what was wrong with %j', async (args, message) => {
    expect(await run(['lab', 'run', ...args])).toMatchObject({ code: 2, err: expect.stringContaining(message) })
  })
})
