/** Somebody who has every request that was ever sent, and sends each again to every process, at once and later. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Capability, Captured, Wiretap } from './captured.ts'
import type { Line, Reply } from './line.ts'
import { makeMessage } from './message.ts'

/** What it works with. */
export interface AttackerOptions {
  readonly resource: string
  readonly ports: readonly number[]
  readonly line: Line
}

/** Listens, and attacks. */
export interface Attacker {
  /** Hears what clients send, and repeats it as soon as they have an answer, or none. */
  readonly listening: Wiretap
  /** The same, but quicker than the caller: what it hears reaches the other processes while the caller still waits. */
  readonly racing: Wiretap
  /**
   * Sends much of what was captured since `mark`, and some of what is older, to every process that
   * answers: as much as it can in so many milliseconds.
   */
  sweep(milliseconds: number): Promise<void>
  /** What is captured from now on is what sweeps are about. */
  mark(): void
  /** Waits for what is under way. */
  settle(): Promise<void>
  readonly figures: AttackFigures
}

/** What it did so far. */
export interface AttackFigures {
  readonly captured: number
  /** Requests that were answered, whatever the answer was. */
  readonly attacked: number
}

/** More requests under way would be a flood, which is another attack. */
const AT_ONCE = 96
/** Calls of one sweep, drawn at random: of those since the mark, and of what is older. */
const FRESH = 240
const OLDER = 40

/** Does nothing until it hears of a call. */
export function createAttacker({ resource, ports, line }: AttackerOptions): Attacker {
  const captured: Captured[] = []
  const served = new WeakSet<Captured>()
  const figures = { captured: 0, attacked: 0 }
  let marked = 0
  let underWay = 0

  const attack = async (request: Promise<Reply>): Promise<Reply> => {
    underWay++
    const reply = await request
    underWay--
    if (reply.status !== 0) figures.attacked++
    return reply
  }
  /** With a proof of its own: an agent that was tricked makes as many as it is asked for. */
  const useAgain = async (port: number, { token, key, noteId }: Capability) => {
    const send = (nonce?: string) => attack(line.post(port, makeMessage({ resource, token, key, noteId, nonce })))
    const first = await send()
    if (first.status === 401 && first.nonce !== undefined) await send(first.nonce)
  }
  const replayTo = async (port: number, one: Captured) => {
    const { status } = await attack(line.post(port, one.message))
    // Before it was used, it would only be used.
    if (one.capability !== undefined && served.has(one)) await useAgain(port, one.capability)
    return status
  }
  const over: Wiretap['over'] = (one, wasServed) => {
    captured.push(one)
    figures.captured++
    if (wasServed) served.add(one)
    for (const port of ports) if (underWay < AT_ONCE) void replayTo(port, one)
  }
  return {
    figures,
    listening: { sent: () => undefined, over },
    racing: {
      over,
      sent(one) {
        for (const port of ports) if (port !== one.port) void attack(line.post(port, one.message))
      },
    },
    async sweep(milliseconds) {
      const end = performance.now() + milliseconds
      const fresh = captured.slice(marked)
      const all = [...draw(captured.slice(0, marked), OLDER), ...draw(fresh, FRESH)]
      const rest = all.flatMap((one) => ports.map((port) => ({ port, one })))
      const silent = new Set<number>()
      const work = async () => {
        for (let next = rest.pop(); next !== undefined && performance.now() < end; next = rest.pop()) {
          if (!silent.has(next.port) && (await replayTo(next.port, next.one)) === 0) silent.add(next.port)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE / 2 }, work))
    },
    mark() {
      marked = captured.length
    },
    async settle() {
      while (underWay > 0) await delay(10)
    },
  }
}

function draw(all: readonly Captured[], count: number): readonly Captured[] {
  if (all.length <= count) return all
  return Array.from({ length: count }, () => all[randomInt(all.length)]).filter((one) => one !== undefined)
}
