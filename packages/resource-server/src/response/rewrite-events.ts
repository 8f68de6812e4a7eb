/** A stream of events (HTML, Server-sent events) in which the data of one event is replaced. */

import type { Awaitable } from '@countersign/core'

/** Yields what to put in the place of an event's data, or `undefined` to leave it. */
export type Rewrite = (data: string) => Awaitable<string | undefined>

const BLANK_LINE = /\r\n\r\n|\n\n|\r\r/
/** More than this before an event has ended is let pass unread. */
const LONGEST_EVENT = 1024 * 1024

/** The same stream; from the first event that was rewritten on, everything passes as it comes. */
export function rewriteEvents(stream: ReadableStream<Uint8Array>, rewrite: Rewrite): ReadableStream<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const encoder = new TextEncoder()
  let waiting = ''
  let isOver = false

  /** What can be passed on of what has come. */
  async function take(text: string): Promise<string> {
    if (isOver) return text
    waiting += text
    let passed = ''
    for (let end = BLANK_LINE.exec(waiting); end !== null; end = BLANK_LINE.exec(waiting)) {
      const event = waiting.slice(0, end.index)
      const changed = await rewriteEvent(event, rewrite)
      passed += `${changed ?? event}${end[0]}`
      waiting = waiting.slice(end.index + end[0].length)
      if (changed !== undefined) return passed + release()
    }
    return waiting.length > LONGEST_EVENT ? passed + release() : passed
  }

  function release(): string {
    const rest = waiting
    waiting = ''
    isOver = true
    return rest
  }

  const transformer: Transformer<Uint8Array, Uint8Array> = {
    async transform(chunk, controller) {
      const text = await take(decoder.decode(chunk, { stream: true }))
      if (text !== '') controller.enqueue(encoder.encode(text))
    },
    flush(controller) {
      const rest = release() + decoder.decode()
      if (rest !== '') controller.enqueue(encoder.encode(rest))
    },
  }
  return stream.pipeThrough(new TransformStream(transformer))
}

async function rewriteEvent(event: string, rewrite: Rewrite): Promise<string | undefined> {
  const lines = event.split(/\r\n|\n|\r/)
  const data = lines
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
  const changed = data.length === 0 ? undefined : await rewrite(data.join('\n'))
  if (changed === undefined) return undefined
  return [...lines.filter((line) => !line.startsWith('data:')), `data: ${changed}`].join('\n')
}
