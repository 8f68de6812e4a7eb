/**
 * Loaded into a process before it starts (`--import`): the log of somebody who meant well. Each request and each answer
 * is written to stderr, headers as JSON and bodies as base64, and whatever breaks with all that it was about.
 */
import { IncomingMessage, Server, ServerResponse } from 'node:http'

const { emit } = Server.prototype
Server.prototype.emit = function (name: string, ...args: unknown[]): boolean {
  const [request] = args
  if (name === 'request' && request instanceof IncomingMessage) {
    console.error(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }))
    const { push } = request
    request.push = function (chunk: unknown, encoding?: BufferEncoding): boolean {
      if (chunk instanceof Uint8Array) console.error(`body ${Buffer.from(chunk).toString('base64')}`)
      return push.call(this, chunk, encoding)
    }
  }
  return Reflect.apply(emit, this, [name, ...args]) as boolean
}

const { end } = ServerResponse.prototype
ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
  const [content] = args
  console.error(JSON.stringify(this.getHeaders()))
  if (typeof content === 'string' || content instanceof Uint8Array) {
    console.error(`answer ${Buffer.from(content).toString('hex')}`)
  }
  return Reflect.apply(end, this, args) as ServerResponse
}
