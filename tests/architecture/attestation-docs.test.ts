/** What `docs/attestation.md` says of the tests, the codes and the policies, compared with what there is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attestationRejectionCodes } from '@countersign/attestation/verify'
import { describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

const document = readFileSync(join(root, 'docs', 'attestation.md'), 'utf8')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The section under a heading, up to the next one of its level. */
function sectionOf(heading: string): string {
  const [, after = ''] = document.split(`\n## ${heading}\n`)
  return after.split('\n## ')[0] ?? ''
}

describe('the faults of earlier implementations', () => {
  const rows = [...sectionOf('Faults of earlier implementations').matchAll(/^\| .*\]\(\.\.\/(\S+)\) \| “(.+)” \|$/gm)]

  it('are on the list, all that are known', () => {
    expect(rows.length).toBeGreaterThanOrEqual(20)
  })

  it('are each held by a test of that name', () => {
    const missing = rows.filter(([, path = '', name = '']) => !read(path).includes(`'${name}'`))
    expect(missing.map(([row]) => row)).toEqual([])
  })

  it('are all that the tests of them hold', () => {
    const named = rows.map(([, , name]) => name)
    const held = [...read('packages/attestation/src/verify/known-faults.test.ts').matchAll(/^ {2}it\('(.+)', /gm)]
    expect(held.length).toBeGreaterThan(5)
    expect(held.map(([, name]) => name).filter((name) => !named.includes(name ?? ''))).toEqual([])
  })
})

describe('the specification of attestations', () => {
  it('names every code that an attestation is refused with', () => {
    expect(attestationRejectionCodes.filter((code) => !document.includes(`\`${code}\``))).toEqual([])
  })

  it('names every member of a policy and of a trust file', () => {
    const policy = read('packages/attestation/src/policy/attestation-policy.ts')
    const members = [...policy.matchAll(/^ {2}readonly (\w+)\??: /gm)].map((match) => match[1] ?? '')
    const file = read('packages/attestation/src/node/trust-file.ts')
    const entries = [...file.matchAll(/\.take(?:Optional)?\('(\w+)'/g)].map((match) => match[1] ?? '')
    expect(members.length + entries.length).toBeGreaterThan(15)
    const known = ['level', 'attestation', 'missed', 'family', 'versions', 'atLeast']
    const missing = [...members, ...entries].filter((name) => !document.includes(`\`${name}`) && !known.includes(name))
    expect(missing.filter((name) => name !== 'issuers' && name !== 'url' && name !== 'root')).toEqual([])
  })

  it('lists the steps of verification in the order in which they are taken', () => {
    const steps = sectionOf('Verifying')
    const inOrder = ['compact', '`typ`', '`iss` is on', 'carriage', '`lifetime`', '`unknown_key`', '`signature`']
    const places = [...inOrder, '`trust_domain`', '`client_id`', '`other_key`', '`audience`', 'attestation_replay'].map(
      (word) => steps.indexOf(word),
    )
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })
})
