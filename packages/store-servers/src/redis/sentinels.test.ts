import { expect, it } from 'vitest'
import { startRedis } from './redis-server.ts'
import { startSentinels } from './sentinels.ts'

it('sentinels follow a replica when the master is gone', async () => {
  const master = await startRedis()
  const replica = await startRedis({ replicaOf: master })
  const sentinels = await startSentinels({ master, downAfterMs: 200 })
  expect(await sentinels.master()).toEqual({ port: master.port })
  master.signal('SIGKILL')
  expect(await sentinels.failedOver(master)).toEqual({ port: replica.port })
  await expect.poll(() => replica.command('SET', 'a', '1').catch(() => undefined), { timeout: 5_000 }).toBe('OK')
  await Promise.all([sentinels.stop(), replica.stop(), master.stop()])
})
