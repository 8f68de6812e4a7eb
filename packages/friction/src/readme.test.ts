/** The example of the README, run: what stands there is what stands between the marks in here. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createFriction, createRates } from './index.ts'

async function runExample() {
  // README: begin
  const friction = createFriction({
    tools: { delete_note: { group: 'destructive' }, purge_notes: { group: 'destructive', target: 0.01 } },
  })
  const rates = createRates({ perUser: { calls: 600, seconds: 60 } })

  const rated = await rates.take({ client: 'my-agent', user: 'ann', tool: 'delete_note' })
  const decision = await friction.decide({ client: 'my-agent', tool: 'delete_note' })
  if (!rated.ok) return `come back in ${rated.retryAfter} s`
  switch (decision.outcome) {
    case 'allowed':
      return 'go on'
    case 'approval':
      return 'a person has to approve this call; then again, with `approved: true`'
    case 'blocked':
      return `come back in ${decision.retryAfter} s`
  }
  // README: end
}

describe('the example of the README', () => {
  it('runs', async () => {
    expect(await runExample()).toBe('go on')
  })

  it('is the one that is printed', () => {
    const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
    const [, example = ''] = /\/\/ README: begin\n([\s\S]*?) {2}\/\/ README: end/.exec(read('readme.test.ts')) ?? []
    expect(example).not.toBe('')
    expect(read('../README.md')).toContain(`\`\`\`ts\n${example.replaceAll(/^ {2}/gm, '')}\`\`\``)
  })
})
