import { describe, expect, it } from 'vitest'
import type { Exchange } from '../recording/recording.ts'
import { describeSteps } from './steps.ts'

const server = 'http://127.0.0.1:4000/mcp'
const collector = 'http://127.0.0.1:5000/x'
const token = `eyJhbGciOiJFUzI1NiJ9.${'a'.repeat(20)}.${'b'.repeat(20)}`
const nameOf = (url: string) => (url === collector ? 'collector' : 'vuln-mcp')

const call: Exchange = {
  from: 'agent',
  method: 'POST',
  url: server,
  headers: { 'content-type': 'application/json', authorization: `DPoP ${token}`, dpop: `${token}.proof` },
  body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_notes"}}',
  answer: { status: 401, headers: { 'set-cookie': '' }, body: '{"code":"replay_detected"}' },
}
const describeAll = (exchanges: readonly Exchange[], isOver = false) => describeSteps({ exchanges, isOver }, nameOf)

describe('a step', () => {
  it('names who, what, with which credentials, and what came back', () => {
    expect(describeAll([call])).toMatchObject([
      { from: 'agent', to: 'vuln-mcp', request: 'POST /mcp read_notes', answer: '401 replay_detected', status: 401 },
    ])
  })

  it('shows no secret, wherever it stands', () => {
    const echo = { ...call, body: `{"params":{"name":"${token}"}}`, url: `${server}?access_token=${token}` }
    expect(JSON.stringify(describeAll([call, echo]))).not.toContain(token.slice(0, 12))
  })

  it('of a collector that receives credentials is a theft, and the attacker’s', () => {
    const [step] = describeAll([{ ...call, url: collector }])
    expect(step).toMatchObject({ to: 'attacker', stolen: 'DPoP ‹token 1›' })
  })

  it('of a browser is a person’s', () => {
    expect(describeAll([{ ...call, headers: { accept: 'text/html' } }])[0]?.from).toBe('person')
  })

  it('with a secret in its path has its name there', () => {
    const headers = { cookie: 'interaction=a-secret-of-this-browser' }
    const visit = { ...call, headers, url: 'http://127.0.0.1:4000/interaction/a-secret-of-this-browser/login' }
    expect(describeAll([visit])[0]?.request).toBe('POST /interaction/‹cookie 1›/login')
  })

  it('without an answer says so by having none', () => {
    const { answer: _none, ...unanswered } = call
    expect(describeAll([unanswered])[0]).not.toHaveProperty('answer')
  })

  it.each(['[1,2,3]', '{"params":null}', '"text"', 'null', '{', '{"params":{"name":{}}}'])(
    'whose body is no call is described all the same: %s',
    (body) => {
      expect(describeAll([{ ...call, body }])[0]?.request).toMatch(/^POST \/mcp( 3 calls)?$/)
    },
  )

  it('has a body that can be read', () => {
    const [step] = describeAll([{ ...call, body: 'x'.repeat(100_000) }])
    expect(step?.http.request.body).toMatch(/x… and 91808 characters more$/)
  })
})

it('of hundreds the first are shown, and the last once it is over', () => {
  const many = Array.from({ length: 300 }, () => call)
  expect(describeAll(many).map(({ index }) => index)).toEqual([...Array(100).keys()])
  expect(describeAll(many, true).at(-1)?.index).toBe(299)
  expect(describeAll(many, true)).toHaveLength(120)
})
