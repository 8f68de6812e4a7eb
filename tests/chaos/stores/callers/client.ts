/** An honest client: one call after the other, each until it is served, with a new proof for every attempt. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Capability, Captured, Wiretap } from './captured.ts'
import type { GoodCalls } from './good-calls.ts'
import { type AgentKey, createAgentKey, deletionOf, type Issuer } from './issuer.ts'
import type { Line, Reply } from './line.ts'
import { type Message, makeMessage } from './message.ts'

/** How it goes about its work. */
export interface ClientOptions {
  readonly resource: string
  readonly issuer: Issuer
  /** Where to call; the first is its own, the others are for when that is gone. */
  readonly ports: readonly number[]
  readonly line: Line
  readonly tap: Wiretap
  /** Where its calls are counted. */
  readonly count: () => GoodCalls
  /** Puts the nonce that it was given last into every proof; otherwise only where it is asked to. */
  readonly nonces: boolean
  /** Deletes notes, each with a capability of its own; otherwise it writes. */
  readonly deletes: boolean
  /** Milliseconds between two calls. */
  readonly pause: number
}

/** Milliseconds until the next attempt: shorter than the servers ask for, so that an outage is seen as long as it is. */
const PATIENCE = { refused: 250, unreachable: 100 }
/** Milliseconds until a balancer sends it back to its own process. */
const AWAY = 1_000
/** So often it answers to `use_dpop_nonce` before it takes that for a refusal. */
const NONCES = 3

interface State {
  readonly key: AgentKey
  readonly token: string
  /** Its place among the processes, and when it last left its own. */
  place: number
  left: number
  nonce: string | undefined
  /** When service failed, in milliseconds of a clock that only goes forward. */
  failing: number | undefined
}

/** Works until the signal; resolves after the call that is under way. */
export async function runClient(options: ClientOptions, signal: AbortSignal): Promise<void> {
  const key = createAgentKey()
  const state: State = {
    key,
    token: options.issuer.issue(key.jkt),
    place: 0,
    left: 0,
    nonce: undefined,
    failing: undefined,
  }
  while (!signal.aborted) {
    await call(options, state, { signal, capability: options.deletes ? makeCapability(options, key) : undefined })
    await delay(options.pause * (0.5 + Math.random()))
  }
}

let lastNote = 0
function makeCapability({ issuer, resource }: ClientOptions, key: AgentKey): Capability {
  lastNote++
  return { key, noteId: lastNote, token: issuer.issue(key.jkt, [deletionOf(resource, lastNote)]) }
}

async function call(
  options: ClientOptions,
  state: State,
  { signal, capability }: { readonly signal: AbortSignal; readonly capability: Capability | undefined },
): Promise<void> {
  for (let nonces = 0; !signal.aborted; ) {
    if (performance.now() - state.left > AWAY) state.place = 0
    const port = options.ports[state.place % options.ports.length] ?? 0
    const message = prepare(options, state, capability)
    const began = performance.now()
    const captured: Captured = { message, port, ...(capability && { capability }) }
    options.tap.sent(captured)
    const reply = await options.line.post(port, message)
    options.tap.over(captured, reply.status === 200)
    if (reply.nonce !== undefined) state.nonce = reply.nonce
    if (reply.status === 200) return serve(options, state, message)
    if (isAskingForNonce(reply) && nonces < NONCES) {
      nonces++
      continue
    }
    options.count().refused(reply, message.run)
    state.failing ??= began
    options.count().outage(performance.now() - state.failing)
    if (capability !== undefined && isUsedUp(reply)) return
    if (reply.status === 0) Object.assign(state, { place: state.place + 1, left: performance.now() })
    nonces = 0
    await delay(reply.status === 0 ? PATIENCE.unreachable : PATIENCE.refused)
  }
}

function prepare({ resource, nonces }: ClientOptions, state: State, capability: Capability | undefined): Message {
  const { key, nonce } = state
  const { token, noteId } = capability ?? { token: state.token, noteId: undefined }
  const message = makeMessage({ resource, token, key, nonce, ...(noteId !== undefined && { noteId }) })
  if (!nonces) state.nonce = undefined
  return message
}

function serve({ count }: ClientOptions, state: State, { run }: Message): void {
  count().served(run)
  if (state.failing !== undefined) count().outage(performance.now() - state.failing)
  state.failing = undefined
}

function isAskingForNonce({ status, code }: Reply): boolean {
  return status === 401 && code === 'use_dpop_nonce'
}

/** An attempt whose answer was lost has used it; there is nothing to be had by going on. */
function isUsedUp({ code }: Reply): boolean {
  return code === 'capability_exhausted'
}
