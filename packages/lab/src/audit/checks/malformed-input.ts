/** Whether nonsense is refused as such, and no more is told of the inside than that. */
import { type AuditContext, type Check, sight } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import type { Exchange } from '../probe/exchange.ts'
import type { Variation } from '../target/caller.ts'
import { specifications } from './specifications.ts'

const DEPTH = 20_000

const failed: Weakness = {
  id: 'server_error_on_input',
  severity: 'low',
  title: 'Malformed input makes the server fail',
  spec: {
    sentence: 'The 4xx (Client Error) class of status code indicates that the client seems to have erred.',
    link: specifications.rfc9110('15.5'),
  },
  fix: 'Answer 400 to what cannot be read; whatever throws on input is a way to keep the server busy.',
}

const traced: Weakness = {
  id: 'stack_trace_shown',
  severity: 'medium',
  title: 'Answers show the inside of the server',
  spec: {
    sentence:
      'The product generates an error message that includes sensitive information about its environment, users, or associated data.',
    link: 'https://cwe.mitre.org/data/definitions/209.html',
  },
  fix: 'Answer with a generic sentence; stack traces belong into the log.',
}

const STACK =
  /\n[ \t]{1,16}at \S.{0,300}?:\d{1,6}:\d{1,6}|Traceback \(most recent call last\)|goroutine \d{1,9} \[|\/node_modules\//

const inputs: readonly (readonly [what: string, variation: Variation])[] = [
  ['an unfinished JSON text', { body: '{"jsonrpc":"2.0","id":1,"method":' }],
  ['JSON that is no message', { body: '42' }],
  ['an empty body', { body: '' }],
  ['octets that are no UTF-8 text', { body: '\u0000\uFFFF\u0001' }],
  [
    `${DEPTH} nested arrays`,
    { body: `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}` },
  ],
  [
    'members named after Object’s own',
    { body: '{"jsonrpc":"2.0","id":1,"method":"__proto__","params":{"__proto__":{"a":1},"constructor":1}}' },
  ],
  ['a token of dots', { authorization: ['Bearer ......'] }],
  ['a token that is no JWT inside', { authorization: ['Bearer e30.bm8.bm8'] }],
  ['an Authorization header without a token', { authorization: ['Bearer'] }],
  ['a proof that is none', { authorization: ['DPoP x'], proof: { copies: 0 }, headers: [['DPoP', 'e30.e30.x']] }],
]

/** The check. */
export const malformedInput: Check = {
  name: 'malformed_input',
  title: 'Is nonsense refused without a word of the inside?',
  weaknesses: [failed, traced],
  async run(context) {
    const { served, stranger } = context.target
    const caller = (served ?? stranger).caller
    const sightings: Sighting[] = []
    for (const [what, variation] of inputs) {
      const answer = await caller.call({ method: 'ping', variation })
      sightings.push(...judgeAnswer(context, what, answer))
    }
    // One of each kind is enough to act on.
    return [failed, traced].flatMap((weakness) => sightings.find((sighting) => sighting.weakness === weakness) ?? [])
  },
}

function judgeAnswer(context: AuditContext, what: string, answer: Exchange): readonly Sighting[] {
  const fails = answer.status >= 500 && answer.status !== 503
  const hung = answer.failure === 'timed_out' && answer.status === 0
  const words = hung ? 'not answered at all' : `answered with ${answer.status}`
  return [
    ...(fails || hung ? [sight(context, failed, `It was ${words} to ${what}.`, answer)] : []),
    ...(STACK.test(answer.body)
      ? [sight(context, traced, `The answer to ${what} holds a stack trace or a path.`, answer)]
      : []),
  ]
}
