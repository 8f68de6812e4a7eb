/** One server in a process of its own, and the connections that load it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createRequests, type Requests } from './requests.ts'
import type { FromServer, ServerKind, ServerSetup, ToServer } from './setup.ts'

export interface ServerUnderLoad {
  /** Asks for so many tokens, each connection for one after the other; throws unless all are granted. */
  obtainTokens(count: number, connections: number): Promise<Cost>
  close(): void
}

/** For one token each: CPU time of all threads of the server, and time on the clock, in microseconds. */
export interface Cost {
  readonly cpu: number
  readonly wall: number
}

/** Starts it, with `total` requests made in advance. */
export async function startServer(
  kind: ServerKind,
  total: number,
  signer: Requests['signer'],
): Promise<ServerUnderLoad> {
  const child = fork(join(import.meta.dirname, 'server-process.ts'), {
    execArgv: ['--conditions=@countersign/source'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the ${kind} server ended: ${stderr}`)
  })
  ended.catch(() => undefined)
  const ask = async <T extends FromServer>(message: ToServer): Promise<T> => {
    child.send(message)
    const [answer] = await Promise.race([once(child, 'message'), ended])
    return answer as T
  }
  const clientJwk: ServerSetup['clientJwk'] = signer.publicJwk
  const { issuer } = await ask<Extract<FromServer, { type: 'ready' }>>({ type: 'start', kind, clientJwk })
  const cpu = async () => (await ask<Extract<FromServer, { type: 'cpu' }>>('cpu')).microseconds
  const requests = await createRequests(issuer, total, signer)
  const sockets: Socket[] = []

  return {
    async obtainTokens(count, connections) {
      while (sockets.length < connections) sockets.push(connect(Number(new URL(issuer).port), '127.0.0.1'))
      const before = await cpu()
      const started = performance.now()
      let left = count
      const work = async (socket: Socket) => {
        while (left-- > 0) await exchange(socket, requests.next())
      }
      await Promise.all(sockets.slice(0, connections).map(work))
      const wall = ((performance.now() - started) * 1000) / count
      return { cpu: ((await cpu()) - before) / count, wall }
    },
    close() {
      for (const socket of sockets) socket.destroy()
      child.disconnect()
    },
  }
}

/** Sends one request and reads its answer: as little work as can be, for both servers alike. */
function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const read = (chunk: Buffer): void => {
      answer += chunk.toString('latin1')
      const end = answer.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1])
      if (end < 0 || answer.length < end + 4 + length) return
      socket.off('data', read).off('error', reject)
      if (answer.startsWith('HTTP/1.1 200')) resolve()
      else reject(new Error(`no token: ${answer}`))
    }
    socket.on('data', read).once('error', reject)
    socket.write(request)
  })
}
