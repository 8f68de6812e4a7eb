import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAllowance } from './allowance.ts'
import { readFetchTarget } from './fetch-target.ts'
import { resolveHost } from './resolve-host.ts'

function resolve(url: string, addresses: readonly string[], allow: readonly string[] = []) {
  let asked = 0
  const lookup = async () => {
    asked++
    return addresses.map((address) => ({ address }))
  }
  const found = resolveHost(readFetchTarget(url), createAllowance(allow), lookup)
  return found.then(
    (result) => ({ result, asked }),
    (error: unknown) => ({ result: error, asked }),
  )
}

const refused = expect.objectContaining({ name: 'FetchRefused', reason: 'address' })

describe('the addresses of a host', () => {
  it('are asked for once, and all of them are yielded', async () => {
    const addresses = ['8.8.8.8', '2606:4700::1111']
    expect(await resolve('https://auth.example/', addresses)).toEqual({ result: addresses, asked: 1 })
  })

  it('are not asked for where the URL names one', async () => {
    expect(await resolve('https://8.8.8.8/', [])).toEqual({ result: ['8.8.8.8'], asked: 0 })
    expect(await resolve('https://[2606:4700::1111]/', [])).toEqual({ result: ['2606:4700::1111'], asked: 0 })
    expect(await resolve('https://[::ffff:8.8.8.8]/', [])).toEqual({ result: refused, asked: 0 })
  })

  it('are all refused when one of them is, wherever it stands', async () => {
    const forbidden = fc.constantFrom(
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:a00:1',
      'fe80::1%eth0',
      'no address',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constant('8.8.8.8')),
        forbidden,
        fc.array(fc.constant('1.1.1.1')),
        async (before, one, after) => {
          expect(await resolve('https://auth.example/', [...before, one, ...after])).toEqual({
            result: refused,
            asked: 1,
          })
        },
      ),
    )
  })

  it.each([
    [
      'https://auth.internal:8443/',
      '10.1.2.3',
      "auth.internal:8443 resolves to a private address. If it is meant to be reached, add 'auth.internal:8443' to allow.",
    ],
    [
      'https://127.0.0.1/',
      '',
      "127.0.0.1 is a loopback address. If it is meant to be reached, add '127.0.0.1:443' to allow.",
    ],
    [
      'https://[::1]:8443/',
      '',
      "[::1]:8443 is a loopback address. If it is meant to be reached, add '[::1]:8443' to allow.",
    ],
    [
      'https://evil.example/',
      '169.254.169.254',
      'evil.example resolves to a metadata address. If it is meant to be reached, add that very address to allow.',
    ],
  ])('are refused with the cause and the cure, and without the address: %s', async (url, address, message) => {
    const { result } = await resolve(url, [address])
    expect(result).toEqual(expect.objectContaining({ message }))
    const cure = /add '(.*)' to allow/.exec(message)?.[1]
    if (cure !== undefined) expect((await resolve(url, [address], [cure])).result).not.toEqual(refused)
  })
})
