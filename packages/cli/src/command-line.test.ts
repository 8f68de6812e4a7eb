import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run, type Sitting, start } from './testing/command.test-fixture.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('countersign up and call', () => {
  let data: string
  let resource: string
  let up: ReturnType<typeof start>
  beforeAll(async () => {
    data = join(folder, 'data')
    up = start(['up', '--port', '0', '--data', data, '--json'])
    resource = (JSON.parse(await up.firstLine) as { resource: string }).resource
  })
  afterAll(async () => {
    up.stop()
    expect((await up.outcome).code).toBe(0)
  })
  const call = (args: readonly string[], sitting?: Sitting) => run(['call', resource, '--data', data, ...args], sitting)

  it('prints one line of JSON when ready, with a client that others can use too', async () => {
    expect(JSON.parse(await up.firstLine)).toMatchObject({
      issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      resource: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/),
      admin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      attestation_issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      client: { client_id: 'countersign-call', private_jwk: { kty: 'EC', crv: 'P-256', d: expect.any(String) } },
    })
  })

  it('keeps every file with a secret to its owner', () => {
    const files = [
      'client.json',
      'user.json',
      'authorization.sqlite',
      'notes.sqlite',
      'ledger.sqlite',
      'attestation.sqlite',
    ]
    for (const file of [...files, 'attestation-root.json']) {
      expect(statSync(join(data, file)).mode & 0o077, file).toBe(0)
    }
  })

  it.each(['auto', 'modern', 'legacy'])('lists and calls tools in the %s era', async (era) => {
    const listed = await call(['--era', era])
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining('delete_note note_id') })
    const read = await call(['read_notes', '--era', era, '--json'])
    expect(JSON.parse(read.out)).toMatchObject({ structuredContent: { notes: [] } })
  })

  it('asks a person before it takes more than it holds, and takes no silence for a yes', async () => {
    const write = ['write_note', '--arg', 'text=milk\u001b[31m']
    const unasked = await call(write)
    expect(unasked).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/notes:write.*--yes/) })
    const declined = await call(write, { isTTY: true, typed: '\n' })
    expect(declined).toMatchObject({ code: 1, out: '' })
    expect(declined.err).toContain('notes:write')
    const allowed = await call(write, { isTTY: true, typed: 'y\n' })
    expect(allowed).toMatchObject({ code: 0, out: expect.stringContaining('milk') })
    expect(allowed.err).not.toContain('\u001b[31m')
    const deleted = await call(['delete_note', '--arg', 'note_id=1', '--yes'])
    expect(deleted).toMatchObject({ code: 0, out: '{"deleted":1}\n' })
  })

  it('shows which agent it is, where it may, and cannot delete without', async () => {
    const remove = ['delete_note', '--arg', 'note_id=99', '--yes']
    expect(await call(remove)).toMatchObject({ code: 1, out: 'There is no note 99.\n' })
    const unattested = await call([...remove, '--no-attest'])
    expect(unattested).toMatchObject({ code: 1, out: '', err: expect.stringContaining('attestation_required') })
    expect(await call(['read_notes', '--no-attest'])).toMatchObject({ code: 0, err: '' })
  })

  it('says so when nobody attests it, and goes on where that is enough', async () => {
    const elsewhere = ['--attestation-issuer', 'http://127.0.0.1:9']
    expect(await call(['read_notes', ...elsewhere])).toMatchObject({
      code: 0,
      err: expect.stringContaining('Not attested:'),
    })
    const insecure = await call(['read_notes', '--attestation-issuer', 'http://attest.example'])
    expect(insecure).toMatchObject({ code: 2, out: '', err: expect.stringContaining('https') })
  })

  it('asks a person for this very deletion, in words, and gets nothing but that', async () => {
    const remove = ['delete_note', '--arg', 'note_id=99']
    const wanted = 'delete_note with note_id 99, once, within 60 seconds'
    const unasked = await call(remove)
    expect(unasked).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`${wanted}. Approve it`) })
    const declined = await call(remove, { isTTY: true, typed: 'n\n' })
    expect(declined).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`allows     ${wanted}\n`) })
    const allowed = await call(remove, { isTTY: true, typed: 'y\n' })
    expect(allowed).toMatchObject({ code: 1, out: 'There is no note 99.\n' })
    expect(allowed.err).not.toContain('notes:delete')
  })

  it('ends with 1 when the tool or the guard says no', async () => {
    expect(await call(['delete_note', '--json-args', '{"note_id":99}', '--yes'])).toMatchObject({
      code: 1,
      out: 'There is no note 99.\n',
    })
    expect(await call(['no_such_tool'])).toMatchObject({ code: 1, err: expect.stringContaining('tool_not_declared') })
  })

  it('says how it is on a port of its own, and on no other', async () => {
    const { admin, issuer } = JSON.parse(await up.firstLine) as { admin: string; issuer: string }
    expect(await (await fetch(`${admin}/healthz`)).json()).toEqual({ status: 'ok' })
    const ready = await fetch(`${admin}/readyz`)
    const checks = { database: 'ok', ledger: 'ok', issuer_keys: 'ok', revocations: 'ok', clock: 'ok' }
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks }])
    await call(['read_notes'])
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    expect(metrics).toMatch(/^countersign_guard_decisions_total\{outcome="allowed"\} [1-9]/m)
    expect(metrics).toMatch(/^countersign_authorization_server_events_total\{type="token_issued"\} [1-9]/m)
    for (const origin of [issuer, new URL(resource).origin]) {
      for (const path of ['/metrics', '/healthz', '/readyz']) {
        expect((await fetch(origin + path)).status, origin + path).toBe(404)
      }
    }
  })

  it('says what is missing where there are no credentials', async () => {
    const { code, err } = await run(['call', resource, '--data', join(folder, 'nowhere')])
    expect(code).toBe(1)
    expect(err).toMatch(/no credentials.*countersign up/)
  })

  it('gives one data folder to one start at a time', async () => {
    const { code, err } = await run(['up', '--port', '0', '--data', data])
    expect(code).toBe(1)
    expect(err).toContain('Another countersign up')
  })

  it('gives up its ports, and says who has one that it wanted', async () => {
    const { port } = new URL(resource)
    const { code, err } = await run(['up', '--port', port, '--data', join(folder, 'other')])
    expect(code).toBe(1)
    expect(err).toContain(`Port ${port} is in use. Choose another with --port`)
    const admin = await run(['up', '--port', '0', '--admin-port', port, '--data', join(folder, 'other')])
    expect(admin.err).toContain(`Port ${port} is in use. Choose another with --admin-port`)
  })
})

describe('countersign up and a client that does nothing but delete', () => {
  it('lets it do so for a while, then wants a person, and then time; reading goes on', async () => {
    const data = mkdtempSync(join(folder, 'leaning-'))
    const up = start(['up', '--port', '0', '--data', data, '--json'])
    const { admin, resource } = JSON.parse(await up.firstLine) as { admin: string; resource: string }
    const call = (...args: readonly string[]) => run(['call', resource, ...args, '--data', data])
    const errors: string[] = []
    for (let tries = 0; tries < 60 && !errors.at(-1)?.includes('friction_blocked'); tries += 1) {
      const { err } = await call('delete_note', '--arg', 'note_id=99', '--yes')
      if (err !== '' || errors.length > 0) errors.push(err)
    }
    expect(errors[0]).toMatch(/approval_required.*--login/)
    expect(errors.at(-1)).toMatch(/friction_blocked.*Try again in \d+ s\./)
    expect(await call('read_notes')).toMatchObject({ code: 0 })
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    expect(metrics).toMatch(/^countersign_guard_friction.*level="blocked".* [1-9]/m)
    up.stop()
    await up.outcome
  })
})

describe('what countersign up tells on stderr', () => {
  it.each([
    [
      ['--verbose'],
      [
        'key_fetched',
        'started',
        'refused',
        'attestation_issued',
        'token_refused',
        'attestation_verified',
        'token_issued',
        'allowed',
        'stopping',
      ],
    ],
    [
      ['--log-level', 'info'],
      ['started', 'refused', 'token_refused', 'token_issued', 'stopping'],
    ],
    [['--log-level', 'warn'], []],
    [[], []],
  ])('with %j is JSON, and is %j', async (flags, expected) => {
    const data = mkdtempSync(join(folder, 'log-'))
    const up = start(['up', '--port', '0', '--data', data, '--json', ...flags])
    const { resource } = JSON.parse(await up.firstLine) as { resource: string }
    await run(['call', resource, 'read_notes', '--data', data])
    up.stop()
    const { err } = await up.outcome
    const entries = err
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { type: string })
    expect([...new Set(entries.map(({ type }) => type))]).toEqual(expected)
  })
})

describe('countersign up whose data is taken away', () => {
  it('is alive but not ready, says what is missing, and tells it once however often it is asked', async () => {
    const data = mkdtempSync(join(folder, 'taken-'))
    const up = start(['up', '--port', '0', '--data', data, '--json'])
    const { admin } = JSON.parse(await up.firstLine) as { admin: string }
    rmSync(join(data, 'notes.sqlite'))
    for (let asked = 0; asked < 3; asked++) {
      const answer = await fetch(`${admin}/readyz`)
      expect([answer.status, await answer.json()]).toMatchObject([
        503,
        { ready: false, checks: { database: 'failed' } },
      ])
    }
    expect((await fetch(`${admin}/healthz`)).status).toBe(200)
    up.stop()
    const { code, err } = await up.outcome
    expect(code).toBe(0)
    expect(err.match(/not_ready/g)).toHaveLength(1)
    expect(JSON.parse(err)).toMatchObject({ level: 'warn', part: 'up', type: 'not_ready', checks: ['database'] })
  })
})

describe('countersign up on a folder that cannot serve', () => {
  let data: string
  beforeEach(() => {
    data = mkdtempSync(join(folder, 'bad-'))
  })
  afterEach(() => rmSync(data, { recursive: true }))

  it.each(['authorization.sqlite', 'notes.sqlite', 'ledger.sqlite'])('leaves a foreign %s as it is', async (file) => {
    const path = join(data, file)
    writeFileSync(path, 'not a database')
    const before = statSync(path).mtimeMs
    const { code, err } = await run(['up', '--port', '0', '--data', data])
    expect(code).toBe(1)
    expect(err).toContain(file)
    expect(err).not.toContain('    at ')
    expect(statSync(path).mtimeMs).toBe(before)
  })

  it('keeps client and notes from one start to the next', async () => {
    const first = start(['up', '--port', '0', '--data', data, '--json'])
    const before = JSON.parse(await first.firstLine) as { resource: string; client: unknown }
    await run(['call', before.resource, 'write_note', '--arg', 'text=kept', '--yes', '--data', data])
    first.stop()
    await first.outcome
    const second = start(['up', '--port', '0', '--data', data, '--json'])
    const after = JSON.parse(await second.firstLine) as { resource: string; client: unknown }
    expect(after.client).toEqual(before.client)
    const { out } = await run(['call', after.resource, 'read_notes', '--data', data])
    expect(out).toContain('kept')
    second.stop()
    await second.outcome
  })
})

describe('wrong usage ends with 2', () => {
  it.each([
    [['nonsense']],
    [['call']],
    [['call', 'http://example.com/mcp']],
    [['call', 'https://example.com/mcp', '--client-id', 'x']],
    [['call', 'https://example.com/mcp', '--era', 'stone']],
    [['call', 'https://example.com/mcp', 'tool', '--json-args', '[]']],
    [['up', '--port', '65535']],
    [['up', '--port', '-1']],
    [['up', '--admin-port', '65536']],
    [['up', '--log-level', 'everything']],
    [['token', 'verify', 'x']],
    [['token', 'inspect']],
  ])('%j', async (args) => {
    const { code, out, err } = await run(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toBe('')
  })

  it('while --help and --version are fine', async () => {
    expect(await run(['up', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Example') })
    expect(await run(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' })
  })
})

describe('a key file that is none', () => {
  it.each([
    ['{"kty":"OKP","crv":"Ed25519","x":"public"}'],
    ['{"kty":"EC","crv":"P-256","x":"WuC5","y":"0F_","d":"secret-part"}'],
    ['secret-part'],
  ])('%s: gets a message that does not repeat it', async (text) => {
    const key = join(folder, 'key.json')
    writeFileSync(key, text)
    const outcome = await run(['call', 'http://127.0.0.1:9/mcp', '--client-id', 'x', '--key', key])
    expect(outcome).toMatchObject({ code: 1, out: '' })
    expect(outcome.err).not.toContain('secret-part')
  })
})
