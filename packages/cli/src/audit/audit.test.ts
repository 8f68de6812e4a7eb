import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../testing/command.test-fixture.ts'

const TOKEN = 'a-token-that-nobody-may-see'

describe('countersign audit', () => {
  let http: Server
  let url: string
  let folder: string
  const inFolder = (name: string): string => join(folder, name)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-audit-'))
    writeFileSync(inFolder('token.txt'), `${TOKEN}\n`)
    // It serves everybody, and would colour a terminal, or run in a page.
    http = createServer((request, response) => {
      const isCall = request.method === 'POST'
      response.writeHead(isCall ? 200 : 404, { 'content-type': 'application/json' })
      response.end(isCall ? '{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}' : '\u001b[31mno <script> here')
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  })

  afterAll(() => {
    http.closeAllConnections()
    http.close()
    rmSync(folder, { recursive: true })
  })

  it('says what it found, why it matters and what to do, and exits with 1', async () => {
    const { code, out } = await run(['audit', url, '--check', 'token_required', '--check', 'resource_metadata'])
    expect(code).toBe(1)
    expect(out).toContain('<script>')
    expect(out).toContain('[no_token_needed]')
    expect(out).toContain('https://modelcontextprotocol.io/')
    expect(out).toContain('fix ')
    expect(out).not.toContain('\u001b')
  })

  it('prints one line of JSON for machines', async () => {
    const { out } = await run(['audit', url, '--json', '--check', 'token_required'])
    expect(out.trim().split('\n')).toHaveLength(1)
    const report = JSON.parse(out)
    expect(report).toMatchObject({ url, checks: [{ name: 'token_required', outcome: 'found' }] })
    expect(report.findings[0]).toMatchObject({ id: 'no_token_needed', severity: 'high' })
  })

  it('writes SARIF whose results name their rules', async () => {
    const file = inFolder('audit.sarif')
    await run(['audit', url, '--sarif', file, '--check', 'token_required'])
    const { version, runs } = JSON.parse(readFileSync(file, 'utf8'))
    const [{ tool, results }] = runs
    expect(version).toBe('2.1.0')
    expect(results).toHaveLength(1)
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe(results[0].ruleId)
    expect(results[0]).toMatchObject({ ruleId: 'no_token_needed', level: 'error' })
  })

  it('writes a page in which nothing of the server runs or loads', async () => {
    const file = inFolder('audit.html')
    await run(['audit', url, '--html', file])
    const page = readFileSync(file, 'utf8')
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toMatch(/<script|src=|<link|@import|url\(/)
  })

  it('never writes the token', async () => {
    const files = [inFolder('secret.sarif'), inFolder('secret.html')] as const
    const flags = ['--token', inFolder('token.txt'), '--sarif', files[0], '--html', files[1]]
    const text = await run(['audit', url, ...flags])
    const json = await run(['audit', url, '--json', '--token', inFolder('token.txt')])
    const written = [text.out, text.err, json.out, json.err, ...files.map((file) => readFileSync(file, 'utf8'))]
    expect(written.filter((each) => each.includes(TOKEN))).toEqual([])
    expect(json.out).toContain('‹token 1›')
  })

  it('exits with 0 where there is no finding of medium or above', async () => {
    const { code, out } = await run(['audit', url, '--check', 'http_methods'])
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('No findings.') })
  })

  it.each([
    [['ftp://127.0.0.1/mcp'], 'http(s) URL'],
    [['http://127.0.0.1:9/mcp', '--max-requests', '0'], 'from 1 to 1000'],
    [['http://127.0.0.1:9/mcp', '--check', 'no_such'], 'There is no check no_such'],
    [['http://127.0.0.1:9/mcp', '--token', '/no/such/file'], 'holds no token'],
    [['http://127.0.0.1:9/mcp', '--key', '/no/such/file'], 'There is no key file'],
    [['http://127.0.0.1:9/mcp', '--login', '--client', 'x'], 'not two of them'],
    [['http://127.0.0.1:9/mcp', '--revoke'], '--revoke goes with --client'],
    [[], 'missing required argument'],
  ])('says what was wrong with %j, and exits with 2', async (args, message) => {
    const { code, err } = await run(['audit', ...args])
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(message) })
  })
})
