import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { findFreePort } from './free-port.ts'

let received = ''
const echo = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    received += chunk.toString()
    socket.write(chunk)
  })
})
let proxy: FaultProxy
beforeAll(async () => {
  const port = await findFreePort()
  await new Promise<void>((resolve) => echo.listen(port, '127.0.0.1', () => resolve()))
  proxy = await startFaultProxy({ port })
})
afterAll(async () => {
  await proxy.close()
  echo.close()
})

interface Line {
  readonly socket: Socket
  text(): string
  isOpen(): boolean
}

function openLine(): Line {
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  return { socket, text: () => text, isOpen: () => !socket.destroyed }
}

it('passes on what it is given', async () => {
  const line = openLine()
  line.socket.write('a')
  await expect.poll(line.text).toBe('a')
  line.socket.destroy()
})

it('holds everything back while it is stalled, and passes it on in order', async () => {
  const line = openLine()
  line.socket.write('a')
  await expect.poll(line.text).toBe('a')
  proxy.stall()
  line.socket.write('b')
  await expect.poll(() => line.socket.bytesWritten).toBe(2)
  expect(line.text()).toBe('a')
  proxy.delay(20)
  proxy.resume()
  line.socket.write('c')
  await expect.poll(line.text).toBe('abc')
  proxy.heal()
  line.socket.destroy()
})

it('lets requests through and swallows their replies', async () => {
  const line = openLine()
  proxy.dropReplies(1)
  received = ''
  line.socket.write('a')
  await expect.poll(() => received).toBe('a')
  await expect.poll(line.isOpen).toBe(false)
  expect(line.text()).toBe('')
})

it('cuts what is open, refuses what is new, and heals', async () => {
  const line = openLine()
  line.socket.write('a')
  await expect.poll(line.text).toBe('a')
  proxy.cut()
  await expect.poll(line.isOpen).toBe(false)
  await expect.poll(openLine().isOpen).toBe(false)
  proxy.heal()
  const next = openLine()
  next.socket.write('a')
  await expect.poll(next.text).toBe('a')
  next.socket.destroy()
})

it('leads elsewhere when the server has moved', async () => {
  const other = createServer((socket) => socket.on('error', () => undefined).end('other'))
  const port = await findFreePort()
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', () => resolve()))
  const line = openLine()
  proxy.redirect(port)
  await expect.poll(line.isOpen).toBe(false)
  await expect.poll(openLine().text).toBe('other')
  other.close()
})
