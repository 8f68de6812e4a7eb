import { attacks } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { run } from '../testing/command.test-fixture.ts'

describe('countersign lab list', () => {
  it('names every attack with what stops it', async () => {
    const { code, out } = await run(['lab', 'list'])
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(attacks.length)
    expect(out).toMatch(/^T4 .*replay_detected$/m)
  })

  it('tells the whole of each to a program', async () => {
    const { out } = await run(['lab', 'list', '--json'])
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string })
    expect(lines.map(({ id }) => id)).toEqual(attacks.map(({ id }) => id))
    expect(lines.find(({ id }) => id === 'T4')).toMatchObject({
      source: { document: 'token-talk' },
      steps: expect.any(Array),
      variants: [{ stopped_by: 'replay_detected', status: 401 }],
    })
  })
})

describe('countersign lab run', () => {
  it('draws how the attack lands, and how it is stopped', async () => {
    const { code, out } = await run(['lab', 'run', 't4'])
    expect(code).toBe(0)
    expect(out).toMatch(/agent +authorization server +vuln-mcp +attacker/)
    expect(out).toMatch(/agent +authorization server +hardened-mcp +attacker/)
    expect(out).toContain('the attacker wins: 200')
    expect(out).toContain('─ 401 replay_detected ─')
    expect(out).toContain('the defence holds: 401 replay_detected')
  })

  it('shows the token that the collector received by its name alone, unless it is asked to', async () => {
    const masked = await run(['lab', 'run', 'T1b', '--http'])
    expect(masked.out).toContain('EXFIL RECEIVED  DPoP ‹token 1›')
    expect(masked.out).not.toMatch(/eyJ/)
    const bare = await run(['lab', 'run', 'T1b', '--show-secrets'])
    expect(bare.out).toMatch(/EXFIL RECEIVED {2}DPoP eyJ\S+/)
  })

  it('tells a program in one line', async () => {
    const { code, out, err } = await run(['lab', 'run', 'T4', 'T2', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const verdict = {
      weakened: 'landed',
      hardened: 'stopped',
      code: 'replay_detected',
      expected_code: 'replay_detected',
    }
    const [first, second] = out.trimEnd().split('\n')
    expect(JSON.parse(first ?? '')).toEqual({
      id: 'T4',
      ...verdict,
      variants: [{ title: 'A captured request is sent again', ...verdict }],
    })
    expect(JSON.parse(second ?? '')).toMatchObject({ id: 'T2', code: 'insufficient_scope' })
  })

  it('draws some ways of an attack, and one server, alone', async () => {
    const { code, out } = await run(['lab', 'run', 'T1a', '--only', 'hardened'])
    expect(code).toBe(0)
    expect(out).toContain('the defence holds: 401 invalid_token')
    expect(out).not.toMatch(/the attacker wins|missing_dpop_proof/)
  })

  it('needs to be told which, and says so where there is none of that name', async () => {
    expect(await run(['lab', 'run'])).toMatchObject({ code: 2, err: expect.stringContaining('lab list') })
    expect(await run(['lab', 'run', 'T99'])).toMatchObject({ code: 2, err: expect.stringContaining('T99') })
  })
})
