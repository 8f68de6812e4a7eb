/** Trust state as files: one per issuer, replaced whole or not at all, readable by their owner alone. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrustState } from '../keys/trust-state.ts'

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

/** Takes the path of a folder, which is made with the first save. Both methods reject with what `node:fs` rejects with. */
export function createTrustFolder(path: string): TrustState {
  // An issuer is a URL, a digest is a file name.
  const fileOf = (issuer: string): string => join(path, `${createHash('sha256').update(issuer).digest('hex')}.json`)
  return {
    async load(issuer) {
      try {
        return await readFile(fileOf(issuer), 'utf8')
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    async save(issuer, text) {
      await mkdir(path, { recursive: true, mode: OWNER_ONLY_FOLDER })
      const file = fileOf(issuer)
      const draft = `${file}.${randomUUID()}.new`
      try {
        await writeDurably(draft, text)
        await rename(draft, file)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      await syncFolder(path)
    },
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY_FILE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The new name is on disk only once its folder is. Not every system can sync a folder; there the name comes later. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // What was written is there, or the file before it: never half of one.
  }
}
