import { describe, expect, it } from 'vitest'
import { readFetchTarget } from './fetch-target.ts'
import { openSocket } from './open-socket.ts'
import { useRawServer } from './testing/raw-server.test-fixture.ts'

const server = useRawServer()

function open(host: string, addresses: readonly string[], signal = new AbortController().signal) {
  const target = readFetchTarget(`http://${host}:${server.port}/`)
  return openSocket({ target, addresses, secureContext: undefined, signal })
}

describe('the connection to an address that was judged', () => {
  it('resolves no name again', async () => {
    // The system would resolve it to nothing at all.
    const socket = await open('auth.invalid', ['127.0.0.1'])
    expect(socket.remoteAddress).toBe('127.0.0.1')
    socket.destroy()
  })

  it('goes to the next one when nobody answers at the first', async () => {
    const socket = await open('auth.invalid', ['127.0.0.2', '127.0.0.1'])
    expect(socket.remoteAddress).toBe('127.0.0.1')
    socket.destroy()
  })

  it.each(['http', 'https'])(
    'is given up before an octet is written when somebody else is at the other end: %s',
    async (scheme) => {
      const target = readFetchTarget(`${scheme}://127.0.0.1:${server.port}/`)
      const { signal } = new AbortController()
      const opened = openSocket({ target, addresses: ['127.0.0.2'], secureContext: undefined, signal })
      await expect(opened).rejects.toMatchObject({ name: 'FetchRefused', reason: 'address' })
      await server.idle()
      expect(server.requests.join('')).toBe('')
    },
  )

  it('is not made for a caller who has gone', async () => {
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(open('auth.invalid', ['127.0.0.1'], signal)).rejects.toThrow('gone')
    expect(server.connections).toBe(0)
  })

  it('is closed for a caller who goes', async () => {
    const controller = new AbortController()
    const socket = await open('auth.invalid', ['127.0.0.1'], controller.signal)
    controller.abort()
    expect(socket.destroyed).toBe(true)
    await server.idle()
  })
})
