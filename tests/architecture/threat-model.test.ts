/** What `docs/threat-model.md` says of checks, attacks, codes and files, compared with what there is. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rejections } from '@countersign/core'
import { attacks } from '@countersign/lab'
import { describeNeed, findOwnColumn } from '@countersign/lab/matrix'
import { describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const document = read('docs/threat-model.md')

/** Every attack that has a number, whether or not the lab has it by now. */
const numbers = [...number('T', 9), ...number('A', 17), ...number('X', 20)]

function number(letter: string, last: number): readonly string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`)
}

/** How many rows each section of the two documents takes: none is to go missing. */
const rowsOf: Readonly<Record<string, number>> = {
  ...{ 'A-1': 6, 'A-2': 13, 'A-3': 10, 'A-4': 12, 'A-5': 12, 'A-6': 3, 'A-7': 10, 'A-8': 5 },
  ...{ 'T-0': 4, 'T-1': 15, 'T-2': 8, 'T-3': 7, 'T-4': 7, 'T-5': 3, 'T-6': 4, 'T-7': 7, 'T-8': 2, 'T-9': 1 },
  ...{ 'T-10': 3, 'T-11': 6, 'T-12': 1 },
}

/** Words with an underscore that are no refusal: names of claims, of metadata and of an event. */
const otherWords = ['safety_level', 'content_digest', 'key_bundle_uri', 'family_revoked']

/** What an authorization server says no with (RFC 6749 §5.2 and extensions). */
const oauthErrors = [
  ...['invalid_grant', 'invalid_client', 'invalid_scope', 'invalid_target'],
  ...['invalid_authorization_details', 'invalid_client_attestation'],
]

/** Whatever a refusal can be called. */
const known: ReadonlySet<string> = new Set([...Object.keys(rejections), ...oauthErrors])

interface Row {
  readonly id: string
  readonly cells: readonly string[]
}

/** The rows of a text whose first cell matches. */
function readRows(text: string, first: RegExp): readonly Row[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, id = '']) => first.test(id))
    .map(([, id = '', ...cells]) => ({ id, cells: cells.slice(0, -1) }))
}

const rows = readRows(document, /^[AT]-\d+\.\d+$/)
const index = readRows(document, /^[TAX]\d+$/)

const attacksIn = (text: string): readonly string[] => [...text.matchAll(/\b[TAX]\d+\b/g)].map(([id]) => id)
const checksIn = (text: string): readonly string[] => [...text.matchAll(/`((?:guard|attestation):\w+)`/g)].map(second)
const filesIn = (text: string): readonly string[] => [...text.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(second)
const second = ([, group = '']: readonly string[]): string => group

/** The words with an underscore that stand as code and are no check. */
const codesIn = (text: string): readonly string[] => [...text.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(second)

/** The checks that there are, as the document writes them. */
const checks = [
  ...namesIn('packages/resource-server/src/policy.ts').map((name) => `guard:${name}`),
  ...wholesaleChecks(read('packages/resource-server/src/policy.ts')).map((name) => `guard:${name}`),
  ...namesIn('packages/attestation/src/verify/verification.ts').map((name) => `attestation:${name}`),
]

function namesIn(path: string): readonly string[] {
  return [...read(path).matchAll(/\{ name: '(\w+)', check/g)].map(second)
}

/** The members of the policy that are no list of checks: `singleUse` is `single_use`. */
function wholesaleChecks(source: string): readonly string[] {
  const [, body = ''] = /interface Policy \{(.*?)\n\}/s.exec(source) ?? []
  const members = [...body.matchAll(/^ {2}readonly (\w+): (?!readonly)/gm)].map(second)
  return members.map((member) => member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}

/** What a row lacks, or undefined. */
function findLack({ id, cells: [said = '', met = '', tried = '', tests = ''] }: Row): string | undefined {
  if (said.length < 15) return `${id} does not say what the document says`
  const reason = /\*\*(?:not solved|later)\*\*.{25,}/i.test(met)
  if (reason) return undefined
  if (/not solved|\blater\b/i.test(met)) return `${id} does not say why`
  if (checksIn(met).length + filesIn(met).length === 0) return `${id} has no check`
  if (attacksIn(tried).length === 0) return `${id} has no attack`
  return filesIn(tests).some((path) => path.endsWith('.test.ts')) ? undefined : `${id} has no test`
}

/** Whether somebody does this attack: the lab, or a test file of its number. */
function isDone(id: string): boolean {
  if (attacks.some((attack) => attack.id === id)) return true
  return globSync(`tests/attacks/${id.toLowerCase()}-*.test.ts`, { cwd: root }).length > 0
}

describe('the rows of the threat model', () => {
  it('are all there, in their order', () => {
    const wanted = Object.entries(rowsOf).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, at) => `${section}.${at + 1}`),
    )
    expect(rows.map(({ id }) => id)).toEqual(wanted)
  })

  it('have four cells each', () => {
    expect(rows.filter(({ cells }) => cells.length !== 4)).toEqual([])
  })

  it('have a check, an attack and a test each, or say what is not solved, or only later, and why', () => {
    expect(rows.flatMap((row) => findLack(row) ?? [])).toEqual([])
  })

  it('say of an attack that nobody does yet that it is for later, where they have no other', () => {
    const idle = rows.filter(({ cells: [, , tried = ''] }) => {
      const ids = attacksIn(tried)
      return ids.length > 0 && !ids.some(isDone)
    })
    expect(idle.filter(({ cells: [, met = ''] }) => !/\*\*(?:not solved|later)\*\*/i.test(met))).toEqual([])
  })
})

describe('a row is found wanting', () => {
  const said = 'Somebody does something.'
  const test = '[a](../a.test.ts)'
  it.each([
    ['without a check', [said, 'We are careful.', 'T1', test]],
    ['without an attack', [said, '`guard:proof`', '', test]],
    ['without a test', [said, '`guard:proof`', 'T1', '']],
    ['with a file that is no test', [said, '`guard:proof`', 'T1', '[a](../a.ts)']],
    ['that is not solved, without a reason', [said, '**Not solved**', '', '']],
    ['that has a word of it in passing', [said, 'Not solved `guard:proof`', 'T1', test]],
    ['that says nothing', ['', '`guard:proof`', 'T1', test]],
  ])('%s', (_what, cells) => {
    expect(findLack({ id: 'A-1.1', cells })).toContain('A-1.1')
  })

  it('and one that has everything is not', () => {
    expect(findLack({ id: 'A-1.1', cells: [said, '`guard:proof`', 'T1', test] })).toBeUndefined()
  })
})

describe('the threat model names', () => {
  it('the checks that there are, each of them, and no other', () => {
    expect(checks.length).toBeGreaterThan(40)
    expect([...new Set(checksIn(document))].toSorted()).toEqual([...new Set(checks)].toSorted())
  })

  it('each check in its place: in the tables of the checks', () => {
    const listed = readRows(document, /^`(guard|attestation):\w+`$/).map(({ id }) => id.replaceAll('`', ''))
    expect(listed.filter((name, at) => listed.indexOf(name) !== at)).toEqual([])
    expect(listed.toSorted()).toEqual([...checks].toSorted())
  })

  it('beside each check the attacks that land without it alone', () => {
    const landing = attacks.flatMap(({ id, variants }) =>
      variants.map((variant) => ({ id, check: findOwnColumn(describeNeed(variant)) ?? '' })),
    )
    const judged = landing.filter(({ check }) => checks.includes(check))
    expect(judged.length).toBeGreaterThan(5)
    const unnamed = judged.filter(({ id, check }) => {
      const [row] = readRows(document, /^`(guard|attestation):/).filter((each) => each.id === `\`${check}\``)
      return !attacksIn(row?.cells.at(-1) ?? '').includes(id)
    })
    expect(unnamed).toEqual([])
  })

  it('every rejection code', () => {
    const named = codesIn(document)
    expect(Object.keys(rejections).filter((code) => !named.includes(code))).toEqual([])
  })

  it('no code that there is not', () => {
    expect(codesIn(document).filter((code) => !known.has(code) && !otherWords.includes(code))).toEqual([])
    expect(otherWords.filter((word) => !document.includes(`\`${word}\``))).toEqual([])
  })

  it('files that there are', () => {
    const scripts = [...document.matchAll(/`(scripts\/[^`]+)`/g)].map(second)
    expect(scripts.length).toBeGreaterThan(10)
    expect([...filesIn(document), ...scripts].filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('metrics that there are', () => {
    const observability = read('docs/observability.md')
    const metrics = [...document.matchAll(/`(countersign\.[a-z_.]+)`/g)].map(second)
    expect(metrics.length).toBeGreaterThan(0)
    expect(metrics.filter((metric) => !observability.includes(`\`${metric}\``))).toEqual([])
  })

  it('every row that it refers to', () => {
    const ids = rows.map(({ id }) => id)
    const references = [...document.matchAll(/\b[AT]-\d+\.\d+\b/g)].map(([id]) => id)
    expect(references.filter((id) => !ids.includes(id))).toEqual([])
  })
})

describe('the list of attacks', () => {
  it('has every number, once', () => {
    expect(index.map(({ id }) => id)).toEqual(numbers)
  })

  it('has every entry of the lab', () => {
    expect(attacks.map(({ id }) => id).filter((id) => !numbers.includes(id))).toEqual([])
  })

  it('is what the rest of the document speaks of', () => {
    const named = [...rows, ...readRows(document, /^`(guard|attestation):/)].flatMap(({ cells }) =>
      cells.flatMap(attacksIn),
    )
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((id) => !numbers.includes(id))).toEqual([])
  })

  it('says of each that is done what it is stopped with, and of the others that they are for later', () => {
    const unsaid = index.flatMap(({ id, cells: [, stopped = ''] }) => {
      if (!isDone(id)) return stopped.includes('**later**') ? [] : [`${id}: later`]
      const variants = attacks.filter((attack) => attack.id === id).flatMap((attack) => attack.variants)
      // What is no code but an effect, such as a closed stream, is said in words.
      const codes = variants.map(({ stoppedBy }) => stoppedBy).filter((code) => known.has(code))
      return codes.filter((code) => !codesIn(stopped).includes(code)).map((code) => `${id}: ${code}`)
    })
    expect(unsaid).toEqual([])
  })
})
