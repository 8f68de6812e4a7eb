/** Commands run in this process, on streams of their own. */
import { PassThrough } from 'node:stream'
import { type Clock, systemClock } from '@countersign/core'
import { runCommandLine } from '../command-line.ts'
import { createTerminal } from '../terminal/terminal.ts'

/** What a command said and how it ended. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A person at the keyboard, or a pipe. */
export interface Sitting {
  readonly typed?: string
  readonly isTTY?: boolean
  readonly clock?: Clock
}

/** Starts a command; `stop` is its Ctrl-C, `firstLine` what it printed first. */
export function start(args: readonly string[], { typed, isTTY = false, clock = systemClock }: Sitting = {}) {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const texts = { out: '', err: '' }
  const printed = Promise.withResolvers<string>()
  output.on('data', (chunk) => {
    texts.out += chunk
    if (texts.out.includes('\n')) printed.resolve(texts.out.split('\n')[0] ?? '')
  })
  errors.on('data', (chunk) => {
    texts.err += chunk
  })
  if (isTTY) input.write(typed ?? '')
  else input.end(typed ?? '')
  const stopped = Promise.withResolvers<void>()
  const terminal = createTerminal(Object.assign(input, { isTTY }), output, Object.assign(errors, { isTTY }))
  const interrupted = () => stopped.promise
  const outcome = runCommandLine(args, { terminal, clock, interrupted, onSignal: () => undefined }).then(
    (code): Outcome => ({ code, ...texts }),
  )
  const firstLine = Promise.race([printed.promise, outcome.then(({ err }) => Promise.reject(new Error(err)))])
  firstLine.catch(() => {})
  return { outcome, firstLine, stop: () => stopped.resolve() }
}

/** Runs a command to its end. */
export const run = (args: readonly string[], sitting?: Sitting): Promise<Outcome> => start(args, sitting).outcome
