/** Looks after the tokens of open streams, once a second; a timer runs only while there are any. */
import type { Clock } from '@countersign/core'
import type { AccessToken } from '../access-token.ts'

const intervalMs = 1_000
/** Seconds without anybody who can say, after which a stream goes on no longer. */
const longestDoubt = 30

/** How many tokens are looked at together. */
const atOnce = 16

/** The tokens of open streams. */
export interface TokenWatch {
  watch(token: AccessToken, text: string): () => void
  onChange(listener: () => void): () => void
  /** True once a watched token was found to be over. */
  hasEnded(token: AccessToken): boolean
  /** Calls every listener. */
  readonly notify: () => void
}

/** How a token stands: `doubtful` when nobody can say right now. */
export type Standing = 'good' | 'over' | 'doubtful'

/** Options of `createTokenWatch`. */
export interface TokenWatchOptions {
  readonly clock: Clock
  /** False for tokens about which nothing can be found out. */
  readonly isWatchable: (token: AccessToken) => boolean
  /** Brings what is known of these issuers' tokens up to date. */
  readonly poll: (issuers: ReadonlySet<string>) => Promise<void>
  readonly judge: (token: AccessToken, text: string) => Promise<Standing>
}

interface Watched {
  readonly token: AccessToken
  readonly text: string
  /** When somebody last said that it is good, NumericDate. */
  vouchedAt: number
}

/** Nothing to look after yet. */
export function createTokenWatch({ clock, isWatchable, poll, judge }: TokenWatchOptions): TokenWatch {
  const watched = new Set<Watched>()
  const listeners = new Set<() => void>()
  const ended = new WeakSet<AccessToken>()
  let timer: ReturnType<typeof setInterval> | undefined
  let looking = false

  const notify = () => {
    for (const listener of listeners) listener()
  }

  /** True when the token was found to be over. */
  async function look(one: Watched): Promise<boolean> {
    const standing = await judge(one.token, one.text)
    if (standing === 'good') one.vouchedAt = clock()
    if (standing === 'good' || (standing === 'doubtful' && clock() - one.vouchedAt <= longestDoubt)) return false
    ended.add(one.token)
    return true
  }

  /** A few at a time, so that each gets its turn however many there are; true when one of them was found to be over. */
  async function lookInTurn(those: readonly Watched[]): Promise<boolean> {
    const queue = those.values()
    let found = false
    const work = async () => {
      for (const one of queue) if (await look(one)) found = true
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return found
  }

  async function lookAtAll(): Promise<void> {
    if (looking) return
    looking = true
    try {
      await poll(new Set([...watched].map(({ token }) => token.issuer)))
      if (await lookInTurn([...watched])) notify()
    } finally {
      looking = false
    }
  }

  function start(): void {
    timer ??= setInterval(() => void lookAtAll(), intervalMs)
    // On Node: what is left open must not keep the process alive.
    if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  }

  function stop(one: Watched): void {
    watched.delete(one)
    if (watched.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    notify,
    hasEnded: (token) => ended.has(token),
    watch(token, text) {
      if (!isWatchable(token)) return () => undefined
      const one: Watched = { token, text, vouchedAt: clock() }
      watched.add(one)
      start()
      return () => stop(one)
    },
    onChange(listener) {
      // Each by itself: the same function may have been given twice.
      const own = () => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
