import { expect, it } from 'vitest'
import { startRedisCluster } from './redis-cluster.ts'

it('a cluster takes writes at the owner of a slot, and says where that is elsewhere', async () => {
  const cluster = await startRedisCluster()
  const owner = await cluster.ownerOf('{cs}:a')
  expect(await owner.command('SET', '{cs}:a', '1')).toBe('OK')
  const other = cluster.nodes.find((node) => node !== owner)
  await expect(other?.command('SET', '{cs}:a', '1')).rejects.toThrow(`127.0.0.1:${owner.port}`)
  await cluster.stop()
})
