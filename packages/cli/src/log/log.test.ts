import { PassThrough } from 'node:stream'
import type { GuardEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { createTerminal } from '../terminal/terminal.ts'
import type { LogLevel } from './level.ts'
import { createLog, type Log } from './log.ts'

/** What a log at this level wrote on stderr, read by a person or by a program. */
function write(level: LogLevel, act: (log: Log) => void, isTTY = false): readonly string[] {
  const errors = Object.assign(new PassThrough(), { isTTY })
  const terminal = createTerminal(new PassThrough(), new PassThrough(), errors)
  act(createLog(level, { ...terminal, styleNote: (_style, text) => text }))
  return String(errors.read() ?? '')
    .split('\n')
    .slice(0, -1)
}

const decision = {
  seconds: 0.000_234_567_8,
  skew: -2.5,
  clientId: 'agent',
  methods: ['tools/call'],
  tools: ['read_notes'],
}
const allowed: GuardEvent = { type: 'allowed', ...decision, jkt: 'thumbprint' }
const refused: GuardEvent = { type: 'refused', code: 'invalid_token', reason: 'audience', ...decision, tools: [] }
const replayed: GuardEvent = { ...refused, code: 'replay_detected' }

describe('the log, for programs', () => {
  it('is one JSON object a line, with the run, a number and the part that tells', () => {
    const lines = write('debug', (log) => {
      log.guard(allowed)
      log.authorization({ type: 'token_issued', clientId: 'agent', grant: 'client_credentials', bound: true })
      log.process({ type: 'stopping' })
    }).map((line) => JSON.parse(line) as Record<string, unknown>)
    const common = { run: expect.stringMatching(/^[0-9a-f]{16}$/), time: expect.stringMatching(/^\d{4}-.*Z$/) }
    expect(lines).toEqual([
      {
        ...common,
        level: 'debug',
        number: 1,
        part: 'guard',
        type: 'allowed',
        clientId: 'agent',
        jkt: 'thumbprint',
        methods: ['tools/call'],
        tools: ['read_notes'],
        seconds: 0.000235,
        skew: -2.5,
      },
      {
        ...common,
        level: 'info',
        number: 2,
        part: 'authorization_server',
        type: 'token_issued',
        clientId: 'agent',
        grant: 'client_credentials',
        bound: true,
      },
      { ...common, level: 'info', number: 3, part: 'up', type: 'stopping' },
    ])
    expect(new Set(lines.map(({ run }) => run)).size).toBe(1)
  })

  it.each([
    ['silent', []],
    ['error', ['failed']],
    ['warn', ['replay_detected', 'keys_unavailable', 'failed']],
    ['info', ['invalid_token', 'replay_detected', 'keys_unavailable', 'failed']],
    ['debug', ['allowed', 'invalid_token', 'replay_detected', 'keys_unavailable', 'failed']],
  ] as const)('tells at level %s no more than that', (level, expected) => {
    const lines = write(level, ({ guard }) => {
      guard(allowed)
      guard(refused)
      guard(replayed)
      guard({ ...refused, code: 'keys_unavailable' })
      guard({ type: 'failed', ...decision })
    })
    const told = lines.map((line) => JSON.parse(line) as { type: string; code?: string })
    expect(told.map(({ type, code }) => code ?? type)).toEqual(expected)
  })
})

describe('the log, for a person', () => {
  it('is one line of words, without what is empty', () => {
    const [first, second] = write('debug', ({ guard }) => [guard(allowed), guard(refused)], true)
    expect(first).toMatch(/^\d\d:\d\d:\d\d allowed clientId=agent .*tools=read_notes seconds=0\.000235 skew=-2\.5$/)
    expect(second).toMatch(/refused code=invalid_token reason=audience clientId=agent methods=tools\/call seconds/)
  })

  it('cannot be driven by the name of a client', () => {
    const lines = write('debug', ({ guard }) => guard({ ...allowed, clientId: 'a\u001b[2J\nerror: all is lost' }), true)
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\u001b')
  })
})

describe('what stands in no row is not written', () => {
  const secret = 'eyJhbGciOiJFUzI1NiJ9'
  it.each([true, false])('whatever an entry holds by mistake, on a terminal: %s', (isTTY) => {
    const lines = write(
      'debug',
      ({ guard, authorization, process }) => {
        guard({ ...allowed, token: secret, proof: { text: secret } } as GuardEvent)
        guard({ ...allowed, jkt: { d: secret }, tools: [{ name: secret }] } as unknown as GuardEvent)
        guard({ type: 'surprise', token: secret } as unknown as GuardEvent)
        guard({ type: 'constructor', token: secret } as unknown as GuardEvent)
        authorization({ type: 'login_failed', password: secret } as { type: 'login_failed' })
        process({ type: 'fault', name: 'Error', message: secret } as { type: 'fault'; name: string })
      },
      isTTY,
    )
    expect(lines).toHaveLength(4)
    expect(lines.join('\n')).not.toContain(secret)
  })
})
