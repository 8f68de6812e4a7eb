import { expect, it } from 'vitest'
import { startPostgres } from './postgres-server.ts'

it('a server answers, is killed and restarted; a replica follows, and is promoted', async () => {
  const postgres = await startPostgres()
  await postgres.sql('create table things (id int); insert into things values (1)')
  postgres.signal('SIGKILL')
  await postgres.restart()
  expect(await postgres.sql('select id from things')).toBe('1')
  await expect(postgres.sql('select nothing')).rejects.toThrow('"nothing" does not exist')
  const replica = await postgres.startReplica()
  await expect(replica.sql('insert into things values (2)')).rejects.toThrow('read-only')
  postgres.signal('SIGSTOP')
  await replica.promote()
  await replica.sql('insert into things values (2)')
  expect(await replica.sql('select timeline_id from pg_control_checkpoint()')).toMatch(/[12]/)
  await Promise.all([replica.stop(), postgres.stop()])
})
