/** An issuer's HTTP endpoints on a real socket, of which every answer is the test's. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { beforeEach } from 'vitest'
import { useHttpServer } from './http-server.test-fixture.ts'

/** An object is sent as JSON, a text as it is; a function does what it likes with the response. */
export type Answer = object | string | ((response: ServerResponse, asked: Asked) => void)

/** A request as it came. */
export interface Asked {
  /** Path and query. */
  readonly url: string
  readonly method: string
  readonly headers: IncomingMessage['headers']
  readonly fields: URLSearchParams
}

/** The endpoints of one file of tests. */
export interface ServedIssuer {
  origin(): string
  /** By path; emptied before each test. What is not there is 404. */
  readonly answers: Map<string, Answer>
  /** In the order in which they came; emptied before each test. */
  readonly asked: Asked[]
}

/** Serves from before the first test until after the last. */
export function useServedIssuer(): ServedIssuer {
  const answers = new Map<string, Answer>()
  const asked: Asked[] = []
  const origin = useHttpServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { url = '', method = '', headers } = request
      const one: Asked = { url, method, headers, fields: new URLSearchParams(body) }
      asked.push(one)
      send(answers.get(url.split('?')[0] ?? ''), response, one)
    })
  })
  beforeEach(() => {
    answers.clear()
    asked.length = 0
  })
  return { origin, answers, asked }
}

function send(answer: Answer | undefined, response: ServerResponse, asked: Asked): void {
  if (answer === undefined) response.writeHead(404).end()
  else if (typeof answer === 'function') answer(response, asked)
  else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
}

/** Answers that break off, never come, never end, or are something else than was asked for. */
export const brokenAnswers: Readonly<Record<string, Answer>> = {
  'a redirect': (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
  'a redirect that keeps the method': (response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
  'an error of its own': (response) => void response.writeHead(500).end('{"active":true}'),
  'a refusal of our credentials': (response) => void response.writeHead(401).end('{"error":"invalid_client"}'),
  'no content': (response) => void response.writeHead(204).end(),
  'a page': '<!doctype html><title>Log in</title>',
  nothing: '',
  'a list': '[{"active":true}]',
  'a word': 'true',
  'a member twice': '{"active":false,"active":true}',
  'a member twice, once escaped': '{"active":false,"\\u0061ctive":true}',
  'a number that readers read differently': '{"active":true,"exp":18000000000000000001}',
  'very deep': `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`,
  'bytes that are no UTF-8': (response) => void response.end(Buffer.from('{"active":"\xe9"}', 'latin1')),
  '10 MB': (response) => void response.end(`{"active":true,"x":"${'x'.repeat(10_000_000)}"}`),
  'broken off': (response) =>
    void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
}

/** Answers that take longer than anybody has. */
export const slowAnswers: Readonly<Record<string, Answer>> = {
  'never answered': () => undefined,
  'headers and no more': (response) => void response.writeHead(200).flushHeaders(),
  'a beginning and no more': (response) => void response.writeHead(200).write('{"active":true,'),
  'a blank at a time': (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 5)
    response.on('close', () => clearInterval(timer))
  },
}
