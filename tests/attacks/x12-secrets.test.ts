import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createWire, type Wire } from '../support/secrets/exchanges.ts'
import { createHunt, type Finding, type Hunt, type SecretKind } from '../support/secrets/hunt.ts'
import { breakStores, driveTraffic, type Scene } from '../support/secrets/traffic.ts'
import { startUp, type Up } from '../support/up.ts'

const carelessLog = join(import.meta.dirname, '../support/secrets/preloaded/careless-log.ts')
const launcher = join(import.meta.dirname, '../../packages/cli/bin/countersign.js')

/** Starts `up`, telling all that it can tell, and a hunt for what it has to keep to itself. */
async function startScene(env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const up = await startUp({ flags: ['--verbose'], env })
  const hunt = createHunt()
  hunt.add('private_key', up.client.privateJwk.d ?? '')
  const wire = createWire(hunt)
  vi.stubGlobal('fetch', wire.fetch)
  return { up, wire, hunt }
}

/** What the issuers keep to themselves, and the keys that they sign with. */
function learnServerSecrets({ data }: Up, hunt: Hunt): void {
  learnDatabase(join(data, 'authorization.sqlite'), hunt)
  learnDatabase(join(data, 'attestation.sqlite'), hunt)
  const keys = new DatabaseSync(join(data, 'attestation.sqlite'), { readOnly: true })
  const privateKeys = keys
    .prepare('SELECT private_jwk FROM keys')
    .all()
    .map((row) => String(row.private_jwk))
  keys.close()
  for (const jwk of [...privateKeys, readFileSync(join(data, 'attestation-root.json'), 'utf8')]) {
    hunt.add('server_secret', String(JSON.parse(jwk).d))
  }
}

function learnDatabase(path: string, hunt: Hunt): void {
  const database = new DatabaseSync(path, { readOnly: true })
  for (const { value } of database.prepare('SELECT value FROM secrets').all()) {
    if (!(value instanceof Uint8Array)) continue
    const [, d] = /"d":"([^"]+)"/.exec(Buffer.from(value).toString()) ?? []
    hunt.add('server_secret', d ?? value)
  }
  database.close()
}

/** What may stand in an answer, by what was asked: what it is there to hand out. */
const HANDED_OUT: readonly (readonly [RegExp, readonly SecretKind[]])[] = [
  [/^POST \/token$/, ['access_token', 'refresh_token', 'id']],
  [/^POST \/attest$/, ['attestation', 'id']],
  [/^GET \/authorize/, ['code', 'cookie']],
  [/^(GET|POST) \/interaction\//, ['cookie', 'form_token']],
  [/^POST \/mcp$/, ['text']],
]

function searchAnswers({ exchanges }: Wire, hunt: Hunt, rules = HANDED_OUT): readonly Finding[] {
  return exchanges.flatMap(({ name, answer }) => {
    const belong = rules.filter(([what]) => what.test(name)).flatMap(([, kinds]) => kinds)
    return hunt.search(name, JSON.stringify(answer), belong)
  })
}

/** The files that are meant to hold secrets, and which. */
const STORES: Readonly<Record<string, readonly SecretKind[]>> = {
  'client.json': ['private_key'],
  'user.json': ['password'],
  'authorization.sqlite': ['server_secret'],
  'authorization.sqlite-wal': ['server_secret'],
  'attestation.sqlite': ['server_secret'],
  'attestation.sqlite-wal': ['server_secret'],
  'attestation-root.json': ['server_secret'],
  'notes.sqlite': ['text'],
  'notes.sqlite-wal': ['text'],
}

function searchFiles(folder: string, hunt: Hunt, stores = STORES): readonly Finding[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.flatMap(({ name, parentPath }) =>
    hunt.search(name, readFileSync(join(parentPath, name)), stores[name]),
  )
}

/** Members of entries that name a key. */
const THUMBPRINTS = new Set(['jkt', 'keyId', 'keyThumbprint'])

const kindsOf = (found: readonly Finding[]) => [...new Set(found.map(({ kind }) => kind))].sort()

/** Everything that went over the wire. */
const SENT: readonly SecretKind[] = [
  'access_token',
  'assertion',
  'attestation',
  'code',
  'code_verifier',
  'cookie',
  'form_token',
  'password',
  'proof',
  'refresh_token',
]

describe('X12: secrets are sought in the log of somebody who meant well', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('and every kind of them is found', { timeout: 60_000 }, async () => {
    const scene = await startScene({ NODE_OPTIONS: `--import=${carelessLog}` })
    await driveTraffic(scene)
    const found = scene.hunt.search('stderr', scene.up.output.stderr)
    expect(kindsOf(found)).toEqual(expect.arrayContaining([...SENT]))
    await scene.up.close()
  })
})

describe('X12: secrets are sought in all that countersign up writes, answers and keeps', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene()
    await breakStores(scene, await driveTraffic(scene))
    learnServerSecrets(scene.up, scene.hunt)
  }, 60_000)
  afterAll(async () => {
    vi.unstubAllGlobals()
    await scene.up.close()
  })

  it('every kind of them was made', () => {
    const made = [...scene.hunt.kinds].sort()
    expect(made).toEqual([...SENT, 'id', 'private_key', 'server_secret', 'text'].sort())
  })

  it('none is in its log, though that tells everything', () => {
    const { stdout, stderr } = scene.up.output
    for (const type of [
      'allowed',
      'refused',
      'token_issued',
      'login_failed',
      'server_error',
      'not_ready',
      'attestation_verified',
      'attestation_issued',
      'attestation_refused',
    ]) {
      expect(stderr).toContain(`"type":"${type}"`)
    }
    expect(scene.hunt.search('stderr', stderr)).toEqual([])
    // What the line of `--json` is there to hand over.
    expect(scene.hunt.search('stdout', stdout, ['private_key'])).toEqual([])
  })

  it('none is in its log that nobody knows of: long words in it are thumbprints, and nothing is a JWT', () => {
    const entries = scene.up.output.stderr.split('\n').slice(0, -1)
    const values = entries.flatMap((line) => Object.entries(JSON.parse(line) as Record<string, unknown>))
    const texts = values
      .filter(([name]) => !THUMBPRINTS.has(name) && !['at', 'run', 'time'].includes(name))
      .flatMap(([, value]) => value)
    const ownWords = /^[a-z_]+$/
    for (const text of texts.map(String)) if (!ownWords.test(text)) expect(text).not.toMatch(/eyJ|[\w-]{24,}/)
  })

  it('none is in what the admin port tells', async () => {
    for (const path of ['/metrics', '/readyz', '/healthz', '/nowhere']) {
      const answer = await fetch(scene.up.admin + path)
      expect(scene.hunt.search(path, JSON.stringify([...answer.headers]) + (await answer.text()))).toEqual([])
    }
  })

  it('none is in an answer but to whom it was made for', () => {
    const { wire, hunt } = scene
    expect(searchAnswers(wire, hunt)).toEqual([])
    const handedOut = ['access_token', 'attestation', 'code', 'cookie', 'form_token', 'id', 'refresh_token', 'text']
    expect(kindsOf(searchAnswers(wire, hunt, []))).toEqual(handedOut)
  })

  it('none is in a file but the one that is there to keep it', () => {
    const { up, hunt } = scene
    expect(searchFiles(up.data, hunt)).toEqual([])
    expect(kindsOf(searchFiles(up.data, hunt, {}))).toEqual(['password', 'private_key', 'server_secret', 'text'])
  })

  it('none stands in an address that others get to see', () => {
    const { exchanges } = scene.wire
    const pages = exchanges.filter(({ answer }) => String(answer.headers['content-type']).startsWith('text/html'))
    expect(pages.length).toBeGreaterThan(5)
    const policies = pages.map(({ name, answer }) => [name, answer.status, answer.headers['referrer-policy']])
    expect(policies.filter(([, , policy]) => policy !== 'no-referrer')).toEqual([])
    const inQuery = exchanges.filter(({ target }) => target.includes('access_token='))
    expect(inQuery.map(({ answer }) => answer.status)).toEqual([401, 401])
  })

  it.each([
    [['read_notes']],
    [['write_note', '--arg', 'text=milk', '--yes', '--json']],
    [['delete_note', '--arg', 'note_id=1']],
    [['no_such_tool']],
  ])('none is in what countersign call %j tells', (args) => {
    const { up, hunt } = scene
    const { stdout, stderr } = spawnSync(process.execPath, [launcher, 'call', up.resource, '--data', up.data, ...args])
    expect(stdout.length + stderr.length).toBeGreaterThan(0)
    for (const [place, text] of Object.entries({ stdout, stderr })) {
      expect(hunt.search(place, text, ['text'])).toEqual([])
      expect(text.toString()).not.toMatch(/eyJ[\w-]{8}/)
    }
  })
})
