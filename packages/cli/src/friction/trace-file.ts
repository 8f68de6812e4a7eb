/** A trace of calls in JSON lines, read as it comes and never without bounds. */
import { createReadStream } from 'node:fs'
import type { TracedCall } from '@countersign/friction'
import { CommandFailed, wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { parseTracedCall } from './traced-call.ts'

/** More would be minutes, and gigabytes, for a picture of some hundred columns. */
const MOST_CALLS = 1_000_000
/** UTF-16 units. */
const LONGEST_LINE = 16_384
/** UTF-16 units of stdin, which is held as a whole. */
const LONGEST_INPUT = 128 * 1024 * 1024

/** Reads the trace in `path`, or on stdin for `-`. Rejects with `CommandFailed`, naming the line. */
export async function readTrace(path: string, terminal: Terminal): Promise<readonly TracedCall[]> {
  if (path !== '-') return collectCalls(openFile(path), path)
  if (terminal.isInteractive) throw wrongUsage('Pipe a trace in for "--trace -", or name a file.')
  const text = await terminal.readInput(LONGEST_INPUT)
  if (text === undefined)
    throw new CommandFailed(`stdin holds more than ${LONGEST_INPUT} characters. Take a part of it.`)
  return collectCalls([text], 'stdin')
}

async function* openFile(path: string): AsyncGenerator<string> {
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) yield String(chunk)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw wrongUsage(`There is no trace ${path}.`)
    if (typeof code === 'string') throw new CommandFailed(`${path} cannot be read (${code}).`)
    throw error
  }
}

async function collectCalls(
  chunks: AsyncIterable<string> | Iterable<string>,
  name: string,
): Promise<readonly TracedCall[]> {
  const collector = createCollector(name)
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) collector.add(line)
    // A file without line ends is no trace, however long it is.
    if (rest.length > LONGEST_LINE) collector.add(rest)
  }
  collector.add(rest)
  return collector.finish()
}

/** Takes lines in their order; blank ones are passed over. */
function createCollector(name: string) {
  const calls: TracedCall[] = []
  let number = 0
  let start: { readonly time: number; readonly isMoment: boolean } | undefined
  const fail: (words: string) => never = (words) => {
    throw new CommandFailed(`${name}, line ${number}: it ${words}.`)
  }
  return {
    add(line: string): void {
      number += 1
      if (line.length > LONGEST_LINE) fail(`is longer than ${LONGEST_LINE} characters`)
      // Editors of some systems begin a file with a byte order mark, which is white space to `trim`.
      const text = line.trim()
      if (text === '') return
      const read = parseTracedCall(text)
      if (!read.ok) fail(read.fault)
      start ??= { time: read.call.time, isMoment: read.isMoment }
      if (read.isMoment !== start.isMoment) fail('counts its `time` in another way than the lines before')
      const time = read.isMoment ? Number((read.call.time - start.time).toFixed(3)) : read.call.time
      if (time < (calls.at(-1)?.time ?? time)) fail('is earlier than the one before: sort the trace by `time`')
      if (calls.length === MOST_CALLS) fail(`is one call more than ${MOST_CALLS}: take a part of the trace`)
      calls.push({ ...read.call, time })
    },
    finish(): readonly TracedCall[] {
      if (calls.length > 0) return calls
      throw new CommandFailed(`${name} has no calls in it.`)
    },
  }
}
