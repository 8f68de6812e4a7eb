import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

const documents = globSync(['*.md', 'docs/*.md', 'packages/*/*.md'], { cwd: root })

/** Where the relative links of a document lead; anchors and other sites are left out. */
function readLinks(document: string): readonly string[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? '')
}

describe('the documents', () => {
  it('were read', () => {
    expect(documents).toContain('README.md')
    expect(documents.flatMap(readLinks).length).toBeGreaterThan(10)
  })

  it('link to what is there', () => {
    const dead = documents.flatMap((document) =>
      readLinks(document)
        .filter((link) => !existsSync(join(root, dirname(document), link)))
        .map((link) => `${document}: ${link}`),
    )
    expect(dead).toEqual([])
  })

  it('are all to be found from the README', () => {
    const linked = readLinks('README.md')
    expect(documents.filter((document) => document.startsWith('docs/') && !linked.includes(document))).toEqual([])
  })
})
