/** What one process tells, every process hears: soon, and also after it was cut off. */

import type { SharedChannel } from '@countersign/core'
import { startFaultProxy } from '@countersign/store-servers'
import { afterEach, expect, it } from 'vitest'
import { setUpRedis } from './redis.test-fixture.ts'
import { createRedisChannel } from './redis-channel.ts'

const scene = setUpRedis()
const channels: SharedChannel[] = []

afterEach(async () => {
  for (const channel of channels.splice(0)) await channel.close()
})

async function open(url = scene.server.url): Promise<{ channel: SharedChannel; heard: string[] }> {
  const channel = await createRedisChannel(url, { connectTimeoutMs: 500 })
  channels.push(channel)
  const heard: string[] = []
  channel.subscribe('revocations', (message) => heard.push(message))
  return { channel, heard }
}

it('reaches all who listen, in order, the one who told too, and nobody on another topic', async () => {
  const [one, two] = [await open(), await open()]
  await one.channel.publish('revocations', 'first')
  await one.channel.publish('other', 'unheard')
  await two.channel.publish('revocations', 'second')
  for (const { heard } of [one, two]) await expect.poll(() => heard, { timeout: 1500 }).toEqual(['first', 'second'])
})

it('tells nothing of what was before, and nothing more when listening has ended', async () => {
  const one = await open()
  await one.channel.publish('revocations', 'before')
  const two = await open()
  const late: string[] = []
  two.channel.subscribe('revocations', (message) => late.push(message))()
  await one.channel.publish('revocations', 'after')
  await expect.poll(() => two.heard).toEqual(['after'])
  expect(late).toEqual([])
})

it('reads what was told while it was cut off, as soon as it is back', async () => {
  const proxy = await startFaultProxy({ port: scene.server.port })
  const cutOff = await open(`redis://127.0.0.1:${proxy.port}`)
  const other = await open()
  proxy.cut()
  await expect(cutOff.channel.publish('revocations', 'lost')).rejects.toMatchObject({ name: 'LedgerUnavailable' })
  await other.channel.publish('revocations', 'meanwhile')
  proxy.heal()
  await expect.poll(() => cutOff.heard, { timeout: 3000 }).toEqual(['meanwhile'])
  await expect
    .poll(() =>
      cutOff.channel
        .publish('revocations', 'again')
        .then(() => true)
        .catch(() => false),
    )
    .toBe(true)
  await expect.poll(() => other.heard).toEqual(['meanwhile', 'again'])
  await proxy.close()
})

it('reads a stream that was lost and begun anew from its beginning, even where its ids are lower', async () => {
  const one = await open()
  await scene.server.command('XADD', 'cs:ch', '9999999999999-0', 'topic', 'revocations', 'message', 'far ahead')
  await expect.poll(() => one.heard).toEqual(['far ahead'])
  await scene.server.command('FLUSHALL')
  await one.channel.publish('revocations', 'new')
  await expect.poll(() => one.heard, { timeout: 4000 }).toContain('new')
})

it('rests after what is no message, and tells nothing twice for it', async () => {
  const one = await open()
  const asked = async () => {
    const counted = /cmdstat_xread:calls=(\d+)/.exec(await scene.server.command('INFO', 'commandstats'))
    return Number(counted?.[1] ?? 0)
  }
  await one.channel.publish('revocations', 'message')
  await expect.poll(() => one.heard).toEqual(['message'])
  const before = await asked()
  await scene.server.command('XADD', 'cs:ch', '*', 'something', 'else')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await asked()) - before).toBeLessThan(5)
  expect(one.heard).toEqual(['message'])
})

it('passes over what is no message, and refuses what is too large', async () => {
  const one = await open()
  await scene.server.command('XADD', 'cs:ch', '*', 'something', 'else')
  await one.channel.publish('revocations', 'x'.repeat(16_384))
  await expect.poll(() => one.heard.length).toBe(1)
  await expect(one.channel.publish('revocations', `${'x'.repeat(16_383)}é`)).rejects.toThrow(TypeError)
  await expect(one.channel.publish('', 'x')).rejects.toThrow(TypeError)
})

it('says at start what is wrong with the store', async () => {
  await expect(createRedisChannel('redis://127.0.0.1:1')).rejects.toMatchObject({
    name: 'StoreUnusable',
    fault: 'unreachable',
  })
})
