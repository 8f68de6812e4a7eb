import { describe, expect, it } from 'vitest'
import { describeDestination } from './destination.ts'

describe('where an answer goes', () => {
  it('is the host as the network sees it, its end included', () => {
    const hosts = [
      ['https://app.example/callback', 'app.example'],
      ['https://app.example:443/callback', 'app.example'],
      ['https://app.example:8443/callback', 'app.example:8443'],
      ['https://аpp.example/callback', 'xn--pp-6kc.example'],
      ['https://notes.example.evil.example/notes.example', 'notes.example.evil.example'],
      ['https://127.0.0.1.evil.example/', '127.0.0.1.evil.example'],
      ['https://localhost.evil.example/', 'localhost.evil.example'],
      ['https://0x7f.1.evil/', '0x7f.1.evil'],
    ] as const
    for (const [uri, address] of hosts) expect(describeDestination(uri)).toEqual({ local: false, address })
  })

  it('is this device for loopback hosts and for schemes that apps claim (RFC 8252 §7)', () => {
    const addresses = [
      ['http://127.0.0.1:4711/callback', '127.0.0.1:4711'],
      ['http://[::1]:4711/callback', '[::1]:4711'],
      ['http://localhost/callback', 'localhost'],
      ['http://2130706433/', '127.0.0.1'],
      ['com.example.app:/callback', 'com.example.app'],
      ['com.example.app://bank.example/callback', 'com.example.app'],
    ] as const
    for (const [uri, address] of addresses) expect(describeDestination(uri)).toEqual({ local: true, address })
  })
})
