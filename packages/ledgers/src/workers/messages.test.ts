import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { address, readAnswer, readQuestion } from './messages.ts'

const spend = { kind: 'proof', key: 'key', limit: 1, until: 9 }

describe('what primary and workers say to one another', () => {
  it.each([
    { number: 1, ask: 'secret' },
    { number: 2, ask: 'spend', calls: [[spend], [spend, spend], []] },
  ])('is read as it was written: %j', (question) => {
    expect(readQuestion(address(question))).toEqual(address(question))
  })

  it.each([
    { number: 1, secret: 'abc' },
    { number: 2, outcomes: [{ spent: true }, { spent: false, exhausted: 'key' }, null] },
  ])('is answered as it was written: %j', (answer) => {
    expect(readAnswer(address(answer))).toEqual(address(answer))
  })

  it.each([
    { number: '1', ask: 'secret' },
    { number: 1, ask: 'other' },
    { number: 1, ask: 'spend' },
    { number: 1, ask: 'spend', calls: [spend] },
    { number: 1, ask: 'spend', calls: [[{ key: 1, until: 9 }]] },
    { number: 1, secret: 1 },
    { number: 1, outcomes: [{ spent: 'yes' }] },
    { number: 1, outcomes: [{ spent: false }] },
  ])('is nothing else: %j', (message) => {
    expect([readQuestion(address(message)), readAnswer(address(message))]).toEqual([undefined, undefined])
  })

  it('is not what others say', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        expect([readQuestion(message), readAnswer(message)]).toEqual([undefined, undefined])
      }),
    )
  })
})
