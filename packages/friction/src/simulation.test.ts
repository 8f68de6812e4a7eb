import { describe, expect, it } from 'vitest'
import { renderFrictionChart } from './chart.ts'
import { simulateFriction, type TracedCall } from './simulation.ts'
import { setUp } from './testing/clients.test-fixture.ts'
import { renderFrictionText } from './text-chart.ts'

const rules = { tools: { delete_note: {} } }
const flood: readonly TracedCall[] = Array.from({ length: 60 }, (_, time) => ({ time, tool: 'delete_note' }))
const strange = (tool: string) => simulateFriction([{ time: 0, tool }], { tools: { [tool]: {} } })

describe('a simulation', () => {
  it('decides as the server would', () => {
    const { call, time } = setUp()
    const start = time.now
    const decided = flood.map((traced) => {
      time.now = start + traced.time
      return call('delete_note')
    })
    expect(simulateFriction(flood, rules).map(({ decision }) => decision)).toEqual(decided)
  })

  it('shows time, share, friction, level and decision of every call', () => {
    const series = simulateFriction(flood, rules)
    expect(series).toHaveLength(60)
    expect(series[0]).toMatchObject({ time: 0, tool: 'delete_note', friction: 0, level: 'none' })
    expect(series.at(-1)).toMatchObject({ time: 59, share: expect.closeTo(1, 1), level: 'blocked' })
    expect(series.map(({ decision }) => decision.outcome)).toContain('approval')
  })

  it('keeps clients apart', () => {
    const trace = flood.flatMap((call) => [call, { ...call, client: 'another', tool: 'read_notes' }])
    const alone = simulateFriction(flood, rules).map(({ friction }) => friction)
    const together = simulateFriction(trace, rules).filter(({ client }) => client !== 'another')
    expect(together.map(({ friction }) => friction)).toEqual(alone)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined as unknown as number])(
    'refuses a call at the time %s',
    (time) => {
      expect(() =>
        simulateFriction(
          [
            { time: 0, tool: 'a' },
            { time, tool: 'a' },
          ],
          rules,
        ),
      ).toThrow('Call 2')
    },
  )
})

describe('the chart', () => {
  it('is an SVG of the given size with a line, its name, and marks for calls that did not go through', () => {
    const svg = renderFrictionChart(simulateFriction(flood, rules), { width: 640, height: 240 })
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="640" height="240"/)
    expect(svg.match(/<polyline/g)).toHaveLength(1)
    expect(svg).toContain('>delete_note</text>')
    expect(svg.match(/<circle/g)?.length).toBeGreaterThan(20)
    expect(svg).not.toMatch(/NaN|undefined|href|script/)
  })

  it.each([
    ['</text><script>alert(1)</script>', '&lt;/text&gt;&lt;script&gt;al…'],
    ['a&b"c', 'a&amp;b&quot;c'],
    ['a\u0000b\u202ec\u001b[2J', 'a?b?c?[2J'],
  ])('writes a tool called %j as text', (tool, written) => {
    const svg = renderFrictionChart(strange(tool))
    expect(svg).toContain(`>${written}</text>`)
    expect(svg).not.toContain('<script')
  })

  it.each([
    ['nothing', []],
    ['one call', flood.slice(0, 1)],
    ['calls at one moment', [...flood.slice(0, 1), ...flood.slice(0, 1)]],
  ])('draws %s', (_name, trace) => {
    const series = simulateFriction(trace, rules)
    for (const drawn of [renderFrictionChart(series), renderFrictionText(series)]) expect(drawn).not.toMatch(/NaN/)
  })

  it('stays within bounds when asked for more', () => {
    const svg = renderFrictionChart([], { width: 1e9, height: Number.NaN })
    expect(svg).toContain('width="4000" height="100"')
  })

  it('takes a trace of 200,000 calls', () => {
    const long = Array.from({ length: 200_000 }, (_, time) => ({ time, tool: 'read_notes' }))
    expect(renderFrictionChart(simulateFriction(long, rules))).toContain('199999 s')
  })
})

describe('the chart in text', () => {
  it('has a row of heights, and marks beneath where a person was asked or a call blocked', () => {
    const text = renderFrictionText(simulateFriction(flood, rules), 60)
    const [name, heights = '', marks = '', legend] = text.split('\n')
    expect(name).toBe('delete_note')
    expect(heights).toHaveLength(60)
    expect(heights).toContain('█')
    expect(marks).toMatch(/^ +\?+!/)
    expect(legend).toBe('0 s to 59 s   ? a person is asked   ! blocked')
  })

  it('sends no control characters to a terminal', () => {
    expect(renderFrictionText(strange('a\u001b[2Jb\u009b'))).toMatch(/^a\?\[2Jb\?\n/)
  })
})
