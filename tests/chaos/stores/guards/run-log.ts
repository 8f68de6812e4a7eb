/** Every run of a tool, written down where a kill -9 does not take it away. */
import { openSync, readFileSync, writeSync } from 'node:fs'
import type { NotesStore } from '@countersign/notes-server'

/** Notes that nobody reads: what counts is that a tool ran, and for which note. One line for each run. */
export function createRunLog(path: string): NotesStore {
  const file = openSync(path, 'a')
  let last = 0
  const keep = (line: string) => {
    writeSync(file, `${line}\n`)
    last++
    return last
  }
  return {
    list: () => [],
    read: () => undefined,
    write(text) {
      return { id: keep(`write ${text}`), text, written: new Date().toISOString() }
    },
    delete: (id) => keep(`delete ${id}`) > 0,
    close: () => undefined,
  }
}

/** How often each thing was done, over all processes, by `write TEXT` or `delete ID`. */
export function countRuns(paths: readonly string[]): ReadonlyMap<string, number> {
  const runs = new Map<string, number>()
  for (const line of paths.flatMap(readLines)) runs.set(line, (runs.get(line) ?? 0) + 1)
  return runs
}

function readLines(path: string): readonly string[] {
  return readFileSync(path, { encoding: 'utf8', flag: 'a+' }).split('\n').filter(Boolean)
}
