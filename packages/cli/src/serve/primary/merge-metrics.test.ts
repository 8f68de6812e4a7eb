import { expect, it } from 'vitest'
import { mergeMetrics } from './merge-metrics.ts'

const text = (value: number) => `# HELP calls_total Calls
# TYPE calls_total counter
calls_total{code="a b} 1"} ${value}
calls_total ${value + 1}
# HELP seconds How long
# TYPE seconds histogram
seconds_bucket{le="+Inf"} ${value}
seconds_count{} ${value}
`

it('keeps the values of each worker apart, below one comment for each metric', () => {
  const merged = mergeMetrics(
    new Map([
      ['1', text(1)],
      ['2', text(5)],
    ]),
  )
  expect(merged).toBe(`# HELP calls_total Calls
# TYPE calls_total counter
calls_total{worker="1",code="a b} 1"} 1
calls_total{worker="1"} 2
calls_total{worker="2",code="a b} 1"} 5
calls_total{worker="2"} 6
# HELP seconds How long
# TYPE seconds histogram
seconds_bucket{worker="1",le="+Inf"} 1
seconds_count{worker="1"} 1
seconds_bucket{worker="2",le="+Inf"} 5
seconds_count{worker="2"} 5
`)
})

it('is empty when nobody answers', () => {
  expect(mergeMetrics(new Map([['1', '']]))).toBe('')
})
