/** Everything that can be wrong with a Redis that is named to us: a clear word at start, and never a quiet way around. */
import { createServer, type Server } from 'node:net'
import { findFreePort, type RedisServer, startRedis } from '@countersign/store-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeSpend, now } from '../testing/spends.test-fixture.ts'
import { setUpRedis } from './redis.test-fixture.ts'
import { createRedisLedger } from './redis-ledger.ts'

const scene = setUpRedis()

function refusal(fault: string, message: RegExp) {
  return { name: 'StoreUnusable', fault, message: expect.stringMatching(message) }
}

async function expectRefused(
  opening: Promise<{ close(): Promise<void> }>,
  fault: string,
  message: RegExp,
): Promise<void> {
  await expect(opening).rejects.toMatchObject(refusal(fault, message))
}

it('nobody answers there', async () => {
  await expectRefused(createRedisLedger(`redis://127.0.0.1:${await findFreePort()}`), 'unreachable', /ECONNREFUSED/)
  await expectRefused(
    createRedisLedger('redis://no-such-host.invalid'),
    'unreachable',
    /no-such-host\.invalid:6379 .*reached/,
  )
})

it('it takes writes, but its clock is another', async () => {
  await expectRefused(scene.open({ clock: () => now() + 7 }), 'clock', /differ by more than 5 seconds. Set both by NTP/)
})

it('it evicts keys when it is full', async () => {
  await scene.server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  await expectRefused(scene.open(), 'eviction', /is allkeys-lru, .* Set `maxmemory-policy noeviction`/)
  await scene.server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
})

it('another deployment uses the prefix', async () => {
  const first = await scene.open({ prefix: 'd1', deployment: 'notes' })
  await expectRefused(
    scene.open({ prefix: 'd1', deployment: 'mail' }),
    'foreign',
    /"d1:epoch" belongs to another deployment/,
  )
  await expectRefused(scene.open({ prefix: 'd1' }), 'foreign', /Choose another prefix/)
  await scene.server.command('HSET', 'd1:epoch', 'deployment', 'mail')
  await expect.poll(() => first.store.health, { timeout: 4000 }).toBe('unhealthy')
})

it('other data stand under the prefix', async () => {
  await scene.server.command('SET', 'd2:epoch', 'something')
  await expectRefused(scene.open({ prefix: 'd2' }), 'foreign', /other data/)
})

it('a newer release wrote the record', async () => {
  await scene.open({ prefix: 'd3' })
  await scene.server.command('HSET', 'd3:epoch', 'format', '2')
  await expectRefused(scene.open({ prefix: 'd3' }), 'newer_schema', /newer release wrote "d3:epoch". Use that release/)
})

it('a cluster was named, and it is none', async () => {
  const url = scene.server.url.replace('redis:', 'redis+cluster:')
  await expectRefused(scene.open({}, url), 'topology', /Name it as redis:\/\//)
})

it('a Sentinel was named, and it is none', async () => {
  const url = `${scene.server.url.replace('redis:', 'redis+sentinel:')}/main`
  await expectRefused(scene.open({}, url), 'wrong_server', /Redis or Valkey/)
})

it('it asks for no TLS, and TLS was named', async () => {
  await expectRefused(
    scene.open({ connectTimeoutMs: 500 }, scene.server.url.replace('redis:', 'rediss:')),
    'unreachable',
    /that TLS is spoken on both sides/,
  )
})

describe('something else answers', () => {
  let other: Server | undefined
  let reply = ''
  beforeAll(async () => {
    other = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => void (reply !== '' && socket.write(reply)))
    })
    await new Promise<void>((resolve) => other?.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => void other?.close())
  const url = () => {
    const address = other?.address()
    return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }

  it('with nothing', async () => {
    await expectRefused(createRedisLedger(url(), { connectTimeoutMs: 200 }), 'unreachable', /did not answer in time/)
  })

  it('in another protocol', async () => {
    reply = 'HTTP/1.1 400 Bad Request\r\n\r\n'
    await expectRefused(
      createRedisLedger(url(), { connectTimeoutMs: 500 }),
      'wrong_server',
      /does not speak the Redis protocol/,
    )
  })

  it('as an older Redis', async () => {
    const info = 'redis_version:6.2.14\r\nrun_id:abc\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n'
    reply = `$${info.length}\r\n${info}\r\n`
    await expectRefused(
      createRedisLedger(url(), { connectTimeoutMs: 500 }),
      'too_old',
      /release 6\.2\.14. Use Redis 7\.0/,
    )
  })
})

describe('a replica', () => {
  let replica: RedisServer | undefined
  beforeAll(async () => {
    await scene.server.command('CONFIG', 'SET', 'min-replicas-to-write', '1')
    replica = await startRedis({ replicaOf: scene.server })
  })
  afterAll(() => replica?.stop())

  it('takes no writes', async () => {
    await expectRefused(scene.open({}, replica?.url), 'read_only', /Name the master, or the Sentinels/)
  })

  it('of a master that goes on without it is no safety', async () => {
    const ledger = await scene.open({ prefix: 'r1' })
    expect((await ledger.spend([makeSpend({ issued: now() + 60 })])).spent).toBe(true)
    await scene.server.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    await expectRefused(
      scene.open(),
      'replicas',
      /has 1 replicas.*Set `min-replicas-to-write 1` and `min-replicas-max-lag 3`/,
    )
  })
})
