import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bindStream, type StreamLease } from './token-bound-stream.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const octets = (text: string) => new TextEncoder().encode(text)

/** A stream that is fed by hand. */
function createSource() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const cancelled = vi.fn()
  const stream = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own
    },
    cancel: cancelled,
  })
  return {
    stream,
    cancelled,
    push: (text: string) => controller?.enqueue(octets(text)),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error('broken')),
  }
}

function createLease(seconds = 60) {
  const listeners = new Set<() => void>()
  const lease: StreamLease = {
    seconds,
    onRevoked(end) {
      listeners.add(end)
      return () => void listeners.delete(end)
    },
  }
  return { lease, listeners, revoke: () => listeners.forEach((end) => void end()) }
}

describe('a stream bound to its token', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('passes on what comes, and ends with its source', async () => {
    const source = createSource()
    const { lease, listeners } = createLease()
    const text = new Response(bindStream(source.stream, lease)).text()
    source.push('a')
    source.push('b')
    source.end()
    expect(await text).toBe('ab')
    expect(listeners.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends when the token does, and lets go of its source', async () => {
    const source = createSource()
    const { lease } = createLease(30)
    const text = new Response(bindStream(source.stream, lease)).text()
    source.push('before')
    await vi.advanceTimersByTimeAsync(29_999)
    source.push(' still')
    await vi.advanceTimersByTimeAsync(1)
    expect(await text).toBe('before still')
    expect(source.cancelled).toHaveBeenCalledOnce()
  })

  it('ends when the token is revoked', async () => {
    const source = createSource()
    const { lease, listeners, revoke } = createLease()
    const text = new Response(bindStream(source.stream, lease)).text()
    source.push('before')
    await vi.advanceTimersByTimeAsync(1)
    revoke()
    expect(await text).toBe('before')
    expect(source.cancelled).toHaveBeenCalledOnce()
    expect(listeners.size).toBe(0)
  })

  it('of a token that has ended delivers nothing', async () => {
    const source = createSource()
    const reader = bindStream(source.stream, createLease(-5).lease).getReader()
    await vi.advanceTimersByTimeAsync(1)
    expect(source.cancelled).toHaveBeenCalledOnce()
    expect(await reader.read()).toMatchObject({ done: true })
  })

  it('keeps nothing of what it has passed on', async () => {
    const source = createSource()
    const reader = bindStream(source.stream, createLease().lease).getReader()
    const passOn = async () => {
      source.push('x'.repeat(100_000))
      const { value } = await reader.read()
      return new WeakRef(value ?? {})
    }
    const passed = []
    for (let parts = 0; parts < 50; parts += 1) passed.push(await passOn())
    await vi.advanceTimersByTimeAsync(1)
    collectGarbage()
    // The last ones may still be on some stack.
    expect(passed.slice(0, 40).filter((part) => part.deref() !== undefined)).toEqual([])
    await reader.cancel()
  })

  it('lets go of everything when the caller leaves', async () => {
    const source = createSource()
    const { lease, listeners } = createLease()
    await bindStream(source.stream, lease).cancel('left')
    expect(source.cancelled).toHaveBeenCalledWith('left')
    expect(listeners.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('breaks when its source does', async () => {
    const source = createSource()
    const { lease, listeners } = createLease()
    const text = new Response(bindStream(source.stream, lease)).text()
    source.fail()
    await expect(text).rejects.toThrow('broken')
    expect(listeners.size).toBe(0)
  })
})
