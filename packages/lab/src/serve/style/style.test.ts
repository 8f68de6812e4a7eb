import { describe, expect, it } from 'vitest'
import { STYLE } from './style.ts'

const [light = '', dark = ''] = STYLE.split('@media (prefers-color-scheme: dark)')

/** The colours of one palette; dark changes all that light has. */
function readPalette(text: string): Map<string, string> {
  const [block = ''] = text.split('}')
  return new Map([...block.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]))
}

const palettes = { light: readPalette(light), dark: readPalette(dark) }

/** Relative luminance (WCAG 2.2). */
function measureLuminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function measureContrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [measureLuminance(one), measureLuminance(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dim + 0.05)
}

const texts = [
  ['ink', 'ground'],
  ['ink', 'surface'],
  ['ink', 'sunken'],
  ['quiet', 'ground'],
  ['quiet', 'surface'],
  ['quiet', 'sunken'],
  ['link', 'ground'],
  ['link', 'surface'],
  ['link', 'sunken'],
  ['on-go', 'go'],
  ['on-stop', 'stop'],
  ['held', 'surface'],
  ['held', 'sunken'],
  ['held', 'held-ground'],
  ['lost', 'surface'],
  ['lost', 'lost-ground'],
  ['notice', 'notice-ground'],
] as const

/** What has to be seen without being text: edges of fields, arrows, the ring around what has the focus. */
const shapes = [
  ['edge', 'surface'],
  ['quiet', 'surface'],
  ['held', 'surface'],
  ['lost', 'surface'],
  ['focus', 'ground'],
  ['focus', 'surface'],
  ['focus', 'sunken'],
] as const

describe.each(Object.entries(palettes))('WCAG 2.2 contrast in the %s palette', (_name, palette) => {
  const contrastOf = (one: string, other: string) => measureContrast(palette.get(one) ?? '', palette.get(other) ?? '')

  it.each(texts)('of text (§1.4.3): %s on %s', (text, ground) => {
    expect(contrastOf(text, ground)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(shapes)('of shapes (§1.4.11): %s on %s', (shape, ground) => {
    expect(contrastOf(shape, ground)).toBeGreaterThanOrEqual(3)
  })
})

describe('the style sheet', () => {
  it('has every colour in both palettes and none beside them', () => {
    expect(palettes.light.size).toBeGreaterThan(10)
    expect([...palettes.dark.keys()]).toEqual([...palettes.light.keys()])
    const rules = STYLE.slice(STYLE.indexOf('*, ::before'))
    expect(rules).not.toMatch(/#[\da-f]{3,8}\b|rgb|hsl/i)
    const used = new Set([...rules.matchAll(/var\(--([\w-]+)\)/g)].map(([, name = '']) => name))
    expect([...palettes.light.keys()].filter((name) => !used.has(name))).toEqual([])
  })

  it('loads nothing, and moves nothing for those who want no motion', () => {
    expect(STYLE).not.toMatch(/url\(|@import|@font-face/)
    const [still = ''] = STYLE.split('@media (prefers-reduced-motion: no-preference)')
    expect(still).not.toMatch(/transition|animation|scroll-behavior/)
  })
})
