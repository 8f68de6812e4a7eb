import { describe, expect, it } from 'vitest'
import { describeMoment, describeSpan } from './span.ts'

describe('spans of time', () => {
  it.each([
    [0, '0 seconds'],
    [0.4, '0 seconds'],
    [1, '1 second'],
    [252, '4 minutes 12 seconds'],
    [3600, '1 hour'],
    [90_061, '1 day 1 hour'],
    [-61, '1 minute 1 second'],
  ])('%d seconds are "%s"', (seconds, words) => {
    expect(describeSpan(seconds)).toBe(words)
  })

  it('tell the future from the past', () => {
    expect(describeMoment(160, 100)).toBe('in 1 minute')
    expect(describeMoment(40, 100)).toBe('1 minute ago')
  })
})
