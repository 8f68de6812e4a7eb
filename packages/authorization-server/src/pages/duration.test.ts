import { expect, it } from 'vitest'
import { formatDuration } from './duration.ts'

it('a length of time is said exactly, in the greatest unit that can', () => {
  const said = [1, 59, 60, 90, 300, 3600, 5400, 86_400, 30 * 86_400, 0].map(formatDuration)
  expect(said).toEqual([
    '1 second',
    '59 seconds',
    '1 minute',
    '90 seconds',
    '5 minutes',
    '1 hour',
    '90 minutes',
    '1 day',
    '30 days',
    '0 seconds',
  ])
})
