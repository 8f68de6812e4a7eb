/** The sources of this repository, as they stand on disk. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** A file with its path from the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** The root of the repository. */
export const root = join(import.meta.dirname, '..', '..')

const FOLDERS = ['packages', 'tests', 'tools', 'examples', 'bench']
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.cache'])

/** Every TypeScript and JavaScript file below the folders that hold sources. */
export function readSourceFiles(): readonly SourceFile[] {
  return FOLDERS.flatMap((folder) => walk(join(root, folder)))
    .filter((path) => /\.(ts|tsx|js|mjs)$/.test(path))
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
}

function walk(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : walk(path)
      return entry.isFile() ? [path] : []
    })
  } catch (error) {
    // Not every folder is there from the beginning.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
