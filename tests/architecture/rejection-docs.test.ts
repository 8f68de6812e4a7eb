import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rejections } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

/** The codes that have a section: a heading of nothing but the code. */
function readSections(): readonly string[] {
  const text = readFileSync(join(root, 'docs', 'rejections.md'), 'utf8')
  return [...text.matchAll(/^#{2,4} `?([a-z][a-z_]*)`?$/gm)].map((match) => match[1] ?? '')
}

describe('docs/rejections.md', () => {
  it('has one section for each rejection code and none left over', () => {
    expect([...readSections()].sort()).toEqual(Object.keys(rejections).sort())
  })
})
