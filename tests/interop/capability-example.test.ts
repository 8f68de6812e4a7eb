/** The example of capabilities runs as it stands, and is what the page about them shows. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const path = join(root, 'examples', 'capabilities.ts')

it('deletes the notes that were approved and delegated, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-capabilities-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const run = promisify(execFile)(process.execPath, ['--conditions=@countersign/source', path], { cwd: folder })
  expect((await run).stdout.trim().split('\n')).toEqual([
    'delete_note wants {"/note_id":{"equals":41}}',
    'note 41: deleted',
    'note 42: deleted',
    'note 43: refused',
  ])
})

it('is what the page shows, to the letter', () => {
  const example = readFileSync(path, 'utf8')
  const page = readFileSync(join(root, 'docs', 'capabilities.md'), 'utf8')
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  expect(blocks.length).toBeGreaterThan(3)
  for (const block of blocks) expect(example).toContain(block)
})
