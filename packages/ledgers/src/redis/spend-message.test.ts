/** The one command that all calls of a turn go as, and its reply. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freshKey, makeSpend } from '../testing/spends.test-fixture.ts'
import { readReply, redisKey, writeMessage } from './spend-message.ts'

const head = { script: 'sha', record: 'cs:epoch', epoch: 'id', now: 1000.5, agreed: 999_000 }

function makeCall(...spends: ReturnType<typeof makeSpend>[]) {
  return { spends, keys: spends.map((spend) => redisKey('cs', spend)) }
}

describe('a key in Redis', () => {
  it('is the prefix and 12 octets: what Redis lays into 16 of its memory', () => {
    expect(redisKey('cs', makeSpend())).toHaveLength(14)
  })

  it('differs with the kind, and with each of the octets that it is made of', () => {
    const key = freshKey()
    const kinds = ['proof', 'assertion', 'attestation', 'code', 'refresh_token', 'nonce', 'capability'] as const
    const names = kinds.map((kind) => redisKey('cs', makeSpend({ kind, key })).toString('hex'))
    expect(new Set(names).size).toBe(kinds.length)
  })

  it('is made of digests alone', () => {
    for (const key of ['', 'short', `${freshKey()}=`, freshKey().replace(/.$/, '+'), freshKey().replace(/^./, 'é')]) {
      expect(() => redisKey('cs', makeSpend({ key }))).toThrow(TypeError)
    }
  })
})

describe('a message', () => {
  it('names times in whole milliseconds, later than asked rather than earlier', () => {
    const call = makeCall(makeSpend({ until: 2000.0001 }))
    expect(writeMessage([call], head)).toEqual([
      'sha',
      '2',
      'cs:epoch',
      call.keys[0],
      'id',
      '1000500',
      '999000',
      '',
      '2000001',
    ])
  })

  it('tells of the calls that are more than one use of a thing with one', () => {
    const calls = [makeCall(makeSpend()), makeCall(makeSpend({ limit: 3 }), makeSpend()), makeCall(makeSpend())]
    expect(writeMessage(calls, head)).toContain('{"3":[3,1]}')
  })
})

describe('a reply', () => {
  it('says of each call what came of it', () => {
    const calls = [makeCall(makeSpend()), makeCall(makeSpend(), makeSpend()), makeCall(makeSpend())]
    const results = [{ spent: true }, { spent: false, exhausted: calls[1]?.spends[1]?.key }, expect.any(RangeError)]
    expect(readReply([0, 5, 0, 2, -1], calls)).toEqual({ verdict: 'judged', time: 5, results })
    expect(readReply([0, 5], calls)).toMatchObject({ results: calls.map(() => ({ spent: true })) })
  })

  it('is never read as "spent" when it is anything else than our script gives', () => {
    const calls = [makeCall(makeSpend()), makeCall(makeSpend())]
    const judged = (reply: unknown) => {
      try {
        return readReply(reply, calls)
      } catch {
        return undefined
      }
    }
    fc.assert(
      fc.property(fc.anything(), (reply) => {
        const read = judged(reply)
        expect(read === undefined || read.verdict !== 'judged' || (Array.isArray(reply) && reply[0] === 0)).toBe(true)
      }),
    )
    for (const reply of [undefined, 0, 'OK', [], [0], [0, 5, 0], [0, '5'], [4, 5], [0, 5, 0, 0, 0]])
      expect(judged(reply)).toBeUndefined()
  })
})
