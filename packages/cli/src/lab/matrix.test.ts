import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../testing/command.test-fixture.ts'

const oneAttack = ['lab', 'matrix', '--attacks', 't4', '--checks', 'guard:no_single_use', 'audience']

describe('countersign lab matrix', { timeout: 60_000 }, () => {
  it('prints which attack lands without which check, and what the others are worth', async () => {
    const { code, out, err } = await run(oneAttack)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^without +T4$/m)
    expect(out).toMatch(/^guard:no_single_use +●$/m)
    expect(out).toContain('guard:audience  defence in depth: none of these attacks gives it anything to do')
    expect(out).toContain('1 of 2 checks alone stop some attack.')
  })

  it('tells a program in one line, and writes a page besides', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-matrix-'))
    const html = join(folder, 'matrix.html')
    const { code, out } = await run([...oneAttack, '--json', '--html', html])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      checks: [
        { id: 'guard:audience', verdict: 'defence in depth', how: 'left out' },
        { id: 'guard:no_single_use', verdict: 'needed', stops: ['T4'], how: 'done weakly' },
      ],
      attacks: [
        {
          id: 'T4',
          hardened: 'stopped',
          verdict: 'lands without one check',
          lands_without: ['guard:no_single_use'],
          variants: [{ expected_code: 'replay_detected', stopped_without: { 'guard:audience': 'replay_detected' } }],
        },
      ],
      cells: { run: 1, untouched: 1 },
      faults: [],
    })
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>.*T4 without no_single_use: lands.*<svg /s)
    rmSync(folder, { recursive: true })
  })

  it('shows a person how far it is', async () => {
    const { err } = await run(oneAttack, { isTTY: true })
    expect(err).toMatch(/░ starting\n/)
    expect(err).toMatch(/█ 1\/1 T4\n$/)
  })

  it('says where there is no such attack or check', async () => {
    expect(await run(['lab', 'matrix', '--attacks', 'T99'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/t99.*lab list/),
    })
    expect(await run(['lab', 'matrix', '--checks', 'magic'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/magic.*guard:proof/),
    })
  })

  it('says where the page cannot be written, before it begins', async () => {
    const html = join(tmpdir(), 'no-such-folder-of-ours', 'matrix.html')
    expect(await run([...oneAttack, '--html', html], { isTTY: true })).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be written'),
    })
  })
})
