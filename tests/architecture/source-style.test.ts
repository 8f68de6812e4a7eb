import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'
import { readSourceFiles, type SourceFile } from './source-files.ts'

const files = readSourceFiles()
const shipped = files.filter(
  ({ path }) => /^packages\/[^/]+\/src\//.test(path) && !/\.test(?:-fixture)?\.ts$/.test(path),
)

function countLines({ text }: SourceFile): number {
  return text.split('\n').length - 1
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** The exported declarations of a file that no doc comment stands before. */
function findUndocumented({ path, text }: SourceFile): readonly string[] {
  const { program, comments } = parseSync(path, text)
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
  return program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' && node.type !== 'ExportDefaultDeclaration') return []
    if (node.type === 'ExportNamedDeclaration' && node.declaration === null) return []
    const documented = docs.some(({ end }) => end <= node.start && text.slice(end, node.start).trim() === '')
    return documented ? [] : [`${path}: ${text.slice(node.start, node.start + 60).split('\n')[0]}`]
  })
}

describe('the sources', () => {
  it('were read', () => {
    expect(shipped.length).toBeGreaterThan(20)
  })

  it('have no file above 400 lines', () => {
    expect(files.filter((file) => countLines(file) > 400).map(({ path }) => path)).toEqual([])
  })

  it('have a median of at most 130 lines', () => {
    expect(median(files.map(countLines))).toBeLessThanOrEqual(130)
  })

  it('open every module with a doc comment', () => {
    expect(shipped.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('document every export', () => {
    expect(shipped.flatMap(findUndocumented)).toEqual([])
    expect(findUndocumented({ path: 'a.ts', text: '/** A module. */\nimport "x"\nexport const y = 1\n' })).toHaveLength(
      1,
    )
  })

  it('leave no test out', () => {
    const leftOut = /\b(it|test|describe|ctx|context)\.(skip|only|todo|skipIf|runIf|fails)\b/
    const tests = files.filter(({ path }) => path.endsWith('.test.ts'))
    expect(tests.filter(({ text }) => leftOut.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('silence a check only where they say why', () => {
    const silenced = /(?:biome-ignore|oxlint-disable|eslint-disable|@ts-expect-error|v8 ignore)(.*)/g
    const bare = files.flatMap(({ path, text }) =>
      path.startsWith('tests/architecture/')
        ? []
        : [...text.matchAll(silenced)].flatMap((match) =>
            /(:|--) ?\S+ \S+/.test(match[1] ?? '') ? [] : [`${path}: ${match[0]}`],
          ),
    )
    expect(bare).toEqual([])
  })
})
