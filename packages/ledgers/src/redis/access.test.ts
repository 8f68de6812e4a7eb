/** TLS, passwords and users with the rights that are needed and no others, on a real Redis. */
import { type RedisServer, startRedis } from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeSpend, now } from '../testing/spends.test-fixture.ts'
import { createRedisChannel } from './redis-channel.ts'
import { createRedisLedger } from './redis-ledger.ts'
import type { RedisLedgerOptions } from './redis-options.ts'

const PASSWORD = 'correct-horse'
const RULE =
  '~cs* resetchannels -@all +info +config|get +script|load +evalsha +time +hmget +hset +del +get +set +incr +pexpireat +xadd +xread +xrevrange'
let server: RedisServer
let tls: { ca: string }

beforeAll(async () => {
  server = await startRedis({
    tls: true,
    config: [
      `requirepass ${PASSWORD}`,
      `user app on >${PASSWORD} ${RULE}`,
      `user weak on >${PASSWORD} ${RULE} -hset`,
      `user blind on >${PASSWORD} ${RULE} -config|get`,
      `user other on >${PASSWORD} ${RULE.replace('~cs*', '~else*')}`,
    ],
  })
  tls = { ca: server.tls?.ca ?? '' }
})
afterAll(() => server?.stop())

const plain = () => `rediss://127.0.0.1:${server.port}`
const later = () => makeSpend({ issued: now() + 60 })

async function expectRefused(options: RedisLedgerOptions, fault: string, message: RegExp): Promise<void> {
  const refused = createRedisLedger(plain(), { connectTimeoutMs: 1500, ...options })
  await expect(refused).rejects.toMatchObject({ name: 'StoreUnusable', fault, message: expect.stringMatching(message) })
  await expect(refused).rejects.toSatisfy(
    (error: Error) => !JSON.stringify([error.message, error.stack, error.cause]).includes(PASSWORD),
  )
}

it('serves a user who has the rights that docs/ledgers.md names, over TLS', async () => {
  const options = { tls, username: 'app', password: PASSWORD }
  const ledger = await createRedisLedger(plain(), options)
  expect((await ledger.spend([later(), later()])).spent).toBe(true)
  await ledger.close()
  const channel = await createRedisChannel(plain(), options)
  await channel.publish('topic', 'message')
  await channel.close()
})

it('serves one who may not read the configuration, from what INFO tells', async () => {
  const ledger = await createRedisLedger(plain(), { tls, username: 'blind', password: PASSWORD })
  expect((await ledger.spend([later()])).spent).toBe(true)
  await ledger.close()
})

it('names what is wrong with the password, the user, the rights', async () => {
  await expectRefused({ tls }, 'credentials', /wants a password/)
  await expectRefused({ tls, password: 'wrong' }, 'credentials', /does not know this user with this password/)
  await expectRefused({ tls, username: 'weak', password: PASSWORD }, 'permission', /lacks one of .* hset/)
  await expectRefused({ tls, username: 'other', password: PASSWORD }, 'permission', /lacks the keys/)
})

it('believes no certificate but those of the authority that it was given', async () => {
  await expectRefused({ password: PASSWORD }, 'tls', /Check its certificate/)
  await expectRefused({ tls: { ...tls, servername: 'elsewhere.example' }, password: PASSWORD }, 'tls', /servername/)
})

it('does not go on without TLS where the server asks for it', async () => {
  const refused = createRedisLedger(`redis://127.0.0.1:${server.port}`, { password: PASSWORD, connectTimeoutMs: 500 })
  await expect(refused).rejects.toMatchObject({ name: 'StoreUnusable', message: expect.stringMatching(/TLS|reached/) })
})
