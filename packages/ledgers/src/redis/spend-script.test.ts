/** What the script says to callers that the ledger itself keeps from asking. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from './bare-client.test-fixture.ts'
import { setUpRedis } from './redis.test-fixture.ts'
import { SPEND, verdicts } from './spend-script.ts'

const scene = setUpRedis()
let redis: ReturnType<typeof createClient>
beforeEach(() => {
  redis = createClient(scene.server)
})
afterEach(() => redis.disconnect())

/** Spends one id, by somebody whom the server has last answered so many milliseconds ago. */
async function spendAfterSilence(milliseconds: number): Promise<number> {
  const now = Date.now()
  const id = await redis.hget('cs:epoch', 'id')
  const args = [id ?? '', String(now), String(now - milliseconds), '', String(now + 60_000)]
  const reply = await redis.eval(SPEND, 2, 'cs:epoch', 'cs-some-proof', ...args)
  return Array.isArray(reply) ? Number(reply[0]) : Number.NaN
}

describe('a process that slept on one machine with the server', () => {
  it('is refused by its first spend, whatever its own stopped clock made of it', async () => {
    expect(await spendAfterSilence(7000)).toBe(verdicts.unheard)
    expect(await redis.exists('cs-some-proof')).toBe(0)
  })

  it('is served again once the server has answered it', async () => {
    expect(await spendAfterSilence(1000)).toBe(verdicts.judged)
    expect(await redis.exists('cs-some-proof')).toBe(1)
  })
})
