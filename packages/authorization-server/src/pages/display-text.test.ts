import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDisplayText } from './display-text.ts'

describe('text that a stranger chose', () => {
  it('is shown as it is when it is a name', () => {
    for (const name of [
      'Notebook',
      'Ada’s agent (v2)',
      'Anwendung für Größeres',
      '笔记本',
      'מחברת',
      'नोटबुक',
      'دفتر',
      '📓 Notes',
    ]) {
      expect(toDisplayText(name)).toBe(name)
    }
  })

  it('has no direction of its own making, nothing invisible and one line', () => {
    expect(toDisplayText('Notes\u202Etxt.exe\u202C')).toBe('Notestxt.exe')
    expect(toDisplayText('\u2067a\u2069\u200Eb\u061C')).toBe('ab')
    expect(toDisplayText('No\u200Bte\uFEFFs\u00AD\u{E0041}\u3164')).toBe('Notes')
    expect(toDisplayText('a\r\n\t\u2028b\u0000\u0085 c\u2800d')).toBe('a b c d')
    expect(toDisplayText('\u202E\u200B\u2066\n')).toBe('')
  })

  it('piles no marks over the lines around it', () => {
    expect(toDisplayText(`Z${'\u0335'.repeat(500)}algo`)).toBe('Z\u0335\u0335\u0335algo')
  })

  it('is cut where it is long, between characters', () => {
    expect(toDisplayText('A'.repeat(10_000))).toBe(`${'A'.repeat(60)}…`)
    expect(toDisplayText('📓'.repeat(100), 3)).toBe('📓📓📓…')
    expect(toDisplayText('a b c', 2)).toBe('a…')
  })

  it('is so whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const shown = toDisplayText(text)
        expect(Array.from(shown).length).toBeLessThanOrEqual(61)
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
        expect(shown).toBe(shown.trim())
        expect(shown.isWellFormed()).toBe(true)
      }),
    )
  })
})
