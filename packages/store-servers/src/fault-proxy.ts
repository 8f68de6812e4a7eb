/** A way to a server that fails as told. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { findFreePort } from './free-port.ts'

/** Stands between a client and a server. */
export interface FaultProxy {
  /** On 127.0.0.1, in the place of the server's. */
  readonly port: number
  /** Ends all connections and refuses new ones, until `heal`. */
  cut(): void
  /** Ends what `cut`, `stall`, `delay` and `dropReplies` began; what a stall has held back goes on its way. */
  heal(): void
  /** Passes nothing on any more, in either direction; connections stay open, and new ones open. */
  stall(): void
  resume(): void
  /** Everything takes so many milliseconds longer, each way. */
  delay(ms: number): void
  /** Requests reach the server; so many of the pieces that come back are swallowed, and with the last of them the connection ends. */
  dropReplies(next: number): void
  /** Ends all connections; new ones go to that port: the server has moved. */
  redirect(port: number): void
  close(): Promise<void>
}

interface State {
  readonly pairs: Set<Pair>
  stalled: boolean
  cut: boolean
  delay: number
  replies: number
  target: number
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  /** What was held back, in order. */
  readonly held: (() => void)[]
}

/** Starts one before a server on `port` of 127.0.0.1; it listens on `listen`, or on a free port. */
export async function startFaultProxy({ port, listen }: { port: number; listen?: number }): Promise<FaultProxy> {
  const state: State = { pairs: new Set(), stalled: false, cut: false, delay: 0, replies: 0, target: port }
  const server = createServer((client) => {
    if (state.cut) client.resetAndDestroy()
    else join(client, connect(state.target, '127.0.0.1'), state)
  })
  const own = listen ?? (await findFreePort())
  await open(server, own)
  const endAll = () => {
    for (const pair of state.pairs) end(pair, state)
  }
  const resume = () => {
    state.stalled = false
    for (const { held } of state.pairs) for (const pass of held.splice(0)) pass()
  }
  return {
    port: own,
    cut() {
      state.cut = true
      endAll()
    },
    heal() {
      Object.assign(state, { cut: false, delay: 0, replies: 0 })
      resume()
    },
    stall() {
      state.stalled = true
    },
    resume,
    delay(ms) {
      state.delay = ms
    },
    dropReplies(next) {
      state.replies = next
    },
    redirect(to) {
      state.target = to
      endAll()
    },
    close() {
      endAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function open(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

function join(client: Socket, server: Socket, state: State): void {
  const pair: Pair = { client, server, held: [] }
  state.pairs.add(pair)
  client.setNoDelay(true)
  server.setNoDelay(true)
  for (const socket of [client, server]) {
    socket.on('error', () => end(pair, state))
    socket.on('close', () => end(pair, state))
  }
  client.on('data', (chunk) => pass(pair, state, () => server.write(chunk)))
  server.on('data', (chunk) => {
    if (state.replies === 0) return pass(pair, state, () => client.write(chunk))
    state.replies--
    if (state.replies === 0) end(pair, state)
  })
}

function pass(pair: Pair, state: State, write: () => void): void {
  const go = () => {
    if (state.stalled) pair.held.push(write)
    else write()
  }
  // Timers of one duration fire in the order in which they were set.
  if (state.delay === 0) go()
  else setTimeout(go, state.delay)
}

function end(pair: Pair, state: State): void {
  if (!state.pairs.delete(pair)) return
  pair.client.resetAndDestroy()
  pair.server.destroy()
}
