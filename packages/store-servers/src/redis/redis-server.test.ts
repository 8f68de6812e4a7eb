import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type RedisServer, startRedis } from './redis-server.ts'

it('a server answers, is stalled, killed and restarted on its port, and leaves nothing behind', async () => {
  const redis = await startRedis({ config: ['appendonly yes'] })
  expect(await redis.command('SET', 'name', 'ä b')).toBe('OK')
  expect(await redis.command('GET', 'name')).toBe('ä b')
  await expect(redis.command('NOSUCH')).rejects.toThrow('unknown command')
  const [, folder = ''] = (await redis.command('CONFIG', 'GET', 'dir')).split('\n')
  const { pid } = redis
  redis.signal('SIGKILL')
  await redis.restart()
  expect(redis.pid).not.toBe(pid)
  expect(await redis.command('GET', 'name')).toBe('ä b')
  redis.signal('SIGSTOP')
  await redis.stop()
  await expect(redis.command('PING')).rejects.toThrow('ECONNREFUSED')
  expect(existsSync(folder)).toBe(false)
})

it('TLS, passwords and replicas', async () => {
  const started: RedisServer[] = []
  const master = await startRedis({ config: ['requirepass secret'] })
  started.push(master)
  const replica = await startRedis({ replicaOf: master, config: ['requirepass secret'] })
  started.push(replica)
  const secure = await startRedis({ tls: true })
  started.push(secure)
  expect(master.url).toBe(`redis://:secret@127.0.0.1:${master.port}`)
  expect(await master.command('SET', 'a', '1')).toBe('OK')
  await expect.poll(() => replica.command('GET', 'a')).toBe('1')
  await expect(replica.command('SET', 'a', '2')).rejects.toThrow('READONLY')
  expect(secure.url).toBe(`rediss://127.0.0.1:${secure.port}`)
  expect(await secure.command('PING')).toBe('PONG')
  await Promise.all(started.map((server) => server.stop()))
})
