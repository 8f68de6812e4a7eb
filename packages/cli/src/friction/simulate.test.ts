import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../testing/command.test-fixture.ts'
import { scenarioNames } from './scenarios.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-friction-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const simulate = (args: readonly string[], typed?: string) =>
  run(['friction', 'simulate', ...args], typed === undefined ? {} : { typed })
const read = (out: string) =>
  JSON.parse(out) as { summary: Record<string, unknown>[]; series: Record<string, unknown>[] }
/** A trace in a file, one line for each call. */
const write = (lines: readonly (string | object)[]): string => {
  const path = join(folder, 'trace.jsonl')
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return path
}
const flood = Array.from({ length: 60 }, (_, time) => ({ time, tool: 'delete_note' }))
const friction = ['--tool', 'delete_note']

describe('countersign friction simulate: the scenarios', () => {
  it('are named in the help', async () => {
    const { out } = await simulate(['--help'])
    for (const name of scenarioNames) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
  })

  it.each([
    ['honest', { calls: 15, allowed: 15, approval: 0, blocked: 0, friction: 0 }],
    ['flood', { calls: 90, first_approval: 166, first_blocked: 177 }],
    ['slow', { calls: 180, allowed: 180, friction: expect.closeTo(0.16, 1) }],
    ['burst', { calls: 80, first_blocked: 79 }],
    ['siblings', { calls: 100, first_approval: 448 }],
  ])('%s', async (name, expected) => {
    const { code, out } = await simulate(['--scenario', name, '--json'])
    expect(code).toBe(0)
    expect(read(out).summary[0]).toMatchObject({ tool: 'delete_note', ...expected })
  })

  it('burst: the client that was blocked is let through after ten minutes', async () => {
    const { out } = await simulate(['--scenario', 'burst', '--json'])
    const after = read(out).series.filter(({ time }) => Number(time) >= 710)
    expect(after.map(({ decision }) => decision)).toEqual(
      after.map(() => expect.objectContaining({ outcome: 'allowed' })),
    )
  })

  it('are drawn as text, with a sentence for each tool', async () => {
    const { code, out } = await simulate([])
    expect(code).toBe(0)
    expect(out).toMatch(/^flood: .*\n\ndelete_note\n.*█.*\n +\?+!+\n120 s to 209 s/)
    expect(out).toContain('of 90 calls 46 allowed; 12 put to a person, the first at 166 s; 32 blocked')
  })

  it('are drawn into a file', async () => {
    const path = join(folder, 'chart.svg')
    expect(await simulate(['--svg', path])).toMatchObject({ code: 0, err: '' })
    expect(readFileSync(path, 'utf8')).toMatch(/^<svg xmlns[\s\S]*>delete_note<[\s\S]*<\/svg>\n$/)
    const nowhere = await simulate(['--svg', join(folder, 'no', 'chart.svg')])
    expect(nowhere).toMatchObject({ code: 1, out: '', err: expect.stringContaining('cannot be written') })
  })
})

describe('countersign friction simulate: the configuration', () => {
  const blocked = async (...args: readonly string[]) => read((await simulate([...args, '--json'])).out).summary[0]

  it('can be changed in every part', async () => {
    expect(await blocked('--set', 'tuning.gain=0.01')).toMatchObject({ blocked: 0 })
    expect(await blocked('--set', 'budget.refill=0.001', '--set', 'budget.capacity=10')).not.toMatchObject({
      first_blocked: 177,
    })
    const grouped = ['--scenario', 'siblings', '--set', 'tools.delete_note.target=0.9']
    expect(await blocked(...grouped, '--set', 'tools.purge_notes.target=0.9')).toMatchObject({ approval: 56 })
    const free = ['--set', 'tools.purge_notes.target=0.9', '--set', 'groups.destructive.target=0.9']
    expect(await blocked(...grouped, ...free)).toMatchObject({ approval: 0 })
  })

  it('takes names with dots and = in them, and names of prototypes', async () => {
    for (const tool of ['a.b=c', '__proto__', 'constructor']) {
      const path = write(flood.map((call) => ({ ...call, tool })))
      const { code, out } = await simulate(['--trace', path, '--set', `tools.${tool}.target=0.5`, '--json'])
      expect({ code, summary: read(out).summary }).toMatchObject({ code: 0, summary: [{ tool, calls: 60 }] })
    }
  })

  it.each([
    ['tuning.halfLive=1', '"halfLive"'],
    ['tuning.halfLife=0', 'at least 1'],
    ['tuning.halfLife=soon', 'number'],
    ['tuning.halfLife=', 'number'],
    ['tuning.halfLife', 'name=value'],
    ['halfLife=1', 'name=value'],
    ['tools.delete_note.target=1', 'at most 0.999'],
    ['tools.delete_note.aim=0.1', '"aim"'],
    ['groups.nobody.target=0.1', 'No tool is in the group "nobody"'],
    ['=', 'name=value'],
  ])('refuses --set %s', async (setting, words) => {
    const { code, out, err } = await simulate(['--set', setting])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(words)
  })
})

describe('countersign friction simulate: a trace of your own', () => {
  it('comes from a file or from stdin', async () => {
    const lines = [{ time: 0, tool: 'read_notes' }, ...flood]
    const file = await simulate(['--trace', write(lines), ...friction, '--json'])
    expect(read(file.out).summary).toMatchObject([{ tool: 'delete_note', calls: 60, first_blocked: 33 }])
    const piped = lines.map((line) => `${JSON.stringify(line)}\r\n`).join('\n')
    expect((await simulate(['--trace', '-', ...friction, '--json'], `\ufeff${piped}`)).out).toBe(file.out)
  })

  it('may have several clients, of which one can be looked at, and approved calls', async () => {
    const calls = flood.flatMap((call) => [
      { ...call, client: 'a', approved: true },
      { ...call, client: 'b' },
    ])
    const path = write(calls)
    const one = read((await simulate(['--trace', path, ...friction, '--client', 'a', '--json'])).out)
    expect(one.summary).toMatchObject([{ calls: 60, approval: 0 }])
    expect(new Set(one.series.map(({ client }) => client))).toEqual(new Set(['a']))
    const none = await simulate(['--trace', path, ...friction, '--client', 'c'])
    expect(none).toMatchObject({ code: 1, out: '', err: expect.stringContaining('"c"') })
  })

  it('may tell moments, which count from the first', async () => {
    const lines = ['2026-01-31T12:00:00.000Z', '2026-01-31T13:00:00.5+01:00'].map((time) => ({
      time,
      tool: 'delete_note',
    }))
    const { out } = await simulate(['--trace', write(lines), ...friction, '--json'])
    expect(read(out).series).toMatchObject([{ time: 0 }, { time: 0.5 }])
  })

  const good = { time: 0, tool: 'delete_note' }
  it.each<[string, string | object, string]>([
    ['no JSON', 'time=1', 'is not JSON'],
    ['no object', '[]', 'no JSON object'],
    ['a member twice', '{"time":1,"time":2,"tool":"x"}', 'duplicate_member'],
    ['a misspelt member', { ...good, aproved: true }, '"aproved"'],
    ['a member of the prototype', '{"time":1,"tool":"x","__proto__":{}}', '"__proto__"'],
    ['no time', { tool: 'x' }, '`time`'],
    ['a time in words', { ...good, time: 'noon' }, '`time`'],
    ['a time without a zone', { ...good, time: '2026-01-31T12:00:00' }, '`time`'],
    ['a moment that does not exist', { ...good, time: '2026-13-31T12:00:00Z' }, '`time`'],
    ['no tool', { time: 1 }, '`tool`'],
    ['a tool without a name', { time: 1, tool: '' }, '`tool`'],
    ['a client that is a number', { ...good, client: 7 }, '`client`'],
    ['an approval in words', { ...good, approved: 'yes' }, '`approved`'],
    ['an earlier time', { ...good, time: -1 }, 'sort the trace'],
    ['a moment after seconds', { ...good, time: '2026-01-31T12:00:00Z' }, 'another way'],
    ['an endless line', ' '.repeat(20_000), 'longer than 16384'],
  ])('refuses %s, and names the line', async (_what, line, words) => {
    const path = write([good, '', line])
    const { code, out, err } = await simulate(['--trace', path, ...friction])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(`${path}, line 3: it `)
    expect(err).toContain(words)
  })

  it.each<[readonly string[], string | undefined, number, string]>([
    [['--trace', '/nowhere/trace.jsonl', ...friction], undefined, 2, 'There is no trace'],
    [['--trace', '/', ...friction], undefined, 1, 'cannot be read (EISDIR)'],
    [['--trace', '-', ...friction], '\n\n', 1, 'stdin has no calls'],
    [['--trace', '-'], '{"time":1,"tool":"x"}', 2, '--tool'],
    [['--trace', '-', '--tool', 'y'], '{"time":1,"tool":"x"}', 1, 'They are of x.'],
    [['--trace', '-', '--scenario', 'flood'], '', 2, 'cannot be used with'],
    [['--scenario', 'storm'], undefined, 2, 'Allowed choices'],
  ])('%j says what is wrong', async (args, piped, code, words) => {
    const outcome = await simulate(args, piped)
    expect(outcome).toMatchObject({ code, out: '', err: expect.stringContaining(words) })
  })

  it('cannot drive the terminal', async () => {
    const path = write([{ time: 0, tool: 'x\u001b[2J' }])
    const drawn = await simulate(['--trace', path, '--tool', 'x\u001b[2J'])
    expect(drawn).toMatchObject({ code: 0, out: expect.not.stringContaining('\u001b') })
    const refused = await simulate(['--trace', path, '--tool', 'y'])
    expect(refused).toMatchObject({ code: 1, err: expect.not.stringContaining('\u001b') })
  })

  it('of very many calls says that it takes a while', async () => {
    const path = write([
      ...Array.from({ length: 200_000 }, () => ({ time: 0, tool: 'read_notes' })),
      ...flood.slice(0, 1),
    ])
    const args = ['friction', 'simulate', '--trace', path, ...friction]
    const { code, out, err } = await run(args, { isTTY: true })
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('Simulating 200001 calls') })
    expect((await run(args)).err).toBe('')
    expect(out).toContain('of 1 calls 1 allowed')
  })
})
