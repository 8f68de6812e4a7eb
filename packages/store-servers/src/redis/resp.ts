/** One command on a connection of its own (RESP2). */
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

/** Where, and as whom. */
export interface RedisAddress {
  readonly port: number
  readonly password?: string | undefined
  /** PEM. */
  readonly ca?: string | undefined
}

/** A server that does not answer within so many milliseconds is an error. */
const TIMEOUT = 5_000

interface Parsed {
  readonly text: string
  readonly isError: boolean
  readonly next: number
}

/** Yields the answer as text, the members of an array on lines of their own; rejects with the server's own error. */
export async function askRedis(address: RedisAddress, args: readonly string[]): Promise<string> {
  const commands = address.password === undefined ? [args] : [['AUTH', address.password], args]
  const answers = await exchange(open(address), commands)
  const failed = answers.find(({ isError }) => isError)
  if (failed !== undefined) throw new Error(failed.text)
  return answers.at(-1)?.text ?? ''
}

function open({ port, ca }: RedisAddress): Socket {
  return ca === undefined ? connect(port, '127.0.0.1') : connectSecurely({ port, host: '127.0.0.1', ca })
}

function exchange(socket: Socket, commands: readonly (readonly string[])[]): Promise<readonly Parsed[]> {
  return new Promise((resolve, reject) => {
    const answers: Parsed[] = []
    let received: Buffer = Buffer.alloc(0)
    socket.setTimeout(TIMEOUT, () => socket.destroy(new Error('the server does not answer')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      for (let parsed = parse(received, 0); parsed !== undefined; parsed = parse(received, 0)) {
        answers.push(parsed)
        received = received.subarray(parsed.next)
        if (answers.length < commands.length) continue
        resolve(answers)
        socket.destroy()
      }
    })
    socket.write(commands.map(encode).join(''))
  })
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`
}

/** One value; undefined as long as it is not all there. */
function parse(bytes: Buffer, at: number): Parsed | undefined {
  const end = bytes.indexOf('\r\n', at)
  if (end === -1) return undefined
  const kind = bytes.toString('latin1', at, at + 1)
  const line = bytes.toString('utf8', at + 1, end)
  const next = end + 2
  if (kind === '$') return parseBulk(bytes, Number(line), next)
  if (kind === '*') return parseArray(bytes, Number(line), next)
  return { text: line, isError: kind === '-', next }
}

function parseBulk(bytes: Buffer, length: number, at: number): Parsed | undefined {
  if (length === -1) return { text: '', isError: false, next: at }
  const next = at + length + 2
  return next > bytes.length ? undefined : { text: bytes.toString('utf8', at, next - 2), isError: false, next }
}

function parseArray(bytes: Buffer, length: number, at: number): Parsed | undefined {
  const texts: string[] = []
  let next = at
  for (let index = 0; index < length; index++) {
    const member = parse(bytes, next)
    if (member === undefined) return undefined
    texts.push(member.text)
    next = member.next
  }
  return { text: texts.join('\n'), isError: false, next }
}
