/** Small JSON files with secrets in them: readable by their owner alone, written whole or not at all. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { CommandFailed } from './exit.ts'

/** Yields the object in the file, or undefined when there is no such file. */
export function readJsonFile(path: string): Readonly<Record<string, unknown>> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new CommandFailed(`${path} cannot be read. Check its permissions.`)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The parser's message would quote the file.
  }
  throw new CommandFailed(`${path} is not a JSON object. Restore it, or move it away to have a new one made.`)
}

/** Writes the file with mode 0600, replacing it in one step. */
export function writeSecretJsonFile(path: string, value: object): void {
  const draft = `${path}.${process.pid}.tmp`
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}
