import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWire } from '../support/secrets/exchanges.ts'
import { createHunt, type Finding } from '../support/secrets/hunt.ts'
import { driveGoodCalls, type Scene } from '../support/secrets/traffic.ts'
import { startUp } from '../support/up.ts'

const crashOnSignal = join(import.meta.dirname, '../support/secrets/preloaded/crash-on-signal.ts')
const fromEnvironment = 'a secret that somebody handed over in the environment'

let reports: string
beforeEach(() => {
  reports = mkdtempSync(join(tmpdir(), 'countersign-reports-'))
})
afterEach(() => rmSync(reports, { recursive: true }))

/** Starts `up` with all the diagnostic reports that Node can write, and lets an agent work with it. */
async function startScene(env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const flags = ['--report-on-signal', '--report-uncaught-exception', '--report-on-fatalerror']
  const options = [`--import=${crashOnSignal}`, ...flags, `--report-directory=${reports}`]
  const up = await startUp({
    flags: ['--verbose'],
    direct: true,
    env: { NODE_OPTIONS: options.join(' '), GIVEN_SECRET: fromEnvironment, ...env },
  })
  const hunt = createHunt()
  hunt.add('private_key', up.client.privateJwk.d ?? '')
  hunt.add('server_secret', fromEnvironment)
  const scene = { up, wire: createWire(hunt), hunt }
  await driveGoodCalls(scene)
  return scene
}

/** Breaks it, with the credentials of the last call in the message of the exception; yields the exit code. */
async function crash({ up }: Scene): Promise<number | null> {
  up.signal('SIGWINCH')
  const code = await up.ended
  rmSync(up.data, { recursive: true })
  return code
}

function searchReports({ hunt }: Scene): readonly Finding[] {
  return readdirSync(reports).flatMap((name) => hunt.search(name, readFileSync(join(reports, name))))
}

describe('X12: secrets are sought in crash dumps', { timeout: 30_000 }, () => {
  it('and found where nothing stands between an exception and the world', async () => {
    const scene = await startScene({ UNGUARDED: '1' })
    expect(await crash(scene)).not.toBe(0)
    const found = [...scene.hunt.search('stderr', scene.up.output.stderr), ...searchReports(scene)]
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['access_token', 'proof', 'id']))
    expect(new Set(found.map(({ place }) => place)).size).toBe(2)
  })

  it('of countersign up, and none is found: it tells what broke, not with what', async () => {
    const scene = await startScene()
    expect(await crash(scene)).toBe(1)
    expect(scene.up.output.stderr).toMatch(/^error: unexpected TypeError at .*crash-on-signal/m)
    expect(scene.hunt.search('stderr', scene.up.output.stderr)).toEqual([])
    expect(searchReports(scene)).toEqual([])
  })

  it('and in the diagnostic report of a process that runs, environment included', async () => {
    const scene = await startScene()
    scene.up.signal('SIGUSR2')
    await vi.waitFor(() => expect(JSON.parse(readReport())).toHaveProperty('header.trigger', 'Signal'), 5_000)
    expect(searchReports(scene)).toEqual([])
    await scene.up.close()
  })
})

function readReport(): string {
  const [name = 'none'] = readdirSync(reports)
  return readFileSync(join(reports, name), 'utf8')
}
