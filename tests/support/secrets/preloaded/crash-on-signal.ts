/**
 * Loaded into a process before it starts (`--import`): at SIGWINCH it breaks as programs do, with an exception that
 * nobody catches and whose message holds the credentials that it was about. With `UNGUARDED` set nothing of ours is told of it.
 */
import { IncomingMessage, Server } from 'node:http'

let handled = ''
const { emit } = Server.prototype
Server.prototype.emit = function (name: string, ...args: unknown[]): boolean {
  const [request] = args
  if (name === 'request' && request instanceof IncomingMessage) handled = JSON.stringify(request.headers)
  return Reflect.apply(emit, this, [name, ...args]) as boolean
}

process.on('SIGWINCH', () => {
  if (process.env.UNGUARDED !== undefined) process.removeAllListeners('uncaughtException')
  setImmediate(() => {
    throw new TypeError(`cannot handle ${handled}\n    at ${handled}`)
  })
})
