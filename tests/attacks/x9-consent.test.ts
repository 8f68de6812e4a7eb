/** X9: consent shows less than the token gets. Page and grant are made of one value, so there is no weakness to land on. */
import { createAgent } from '@countersign/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBrowser, type Visited } from '../../packages/authorization-server/testing/browser.ts'
import { useDeployment } from '../support/attack.ts'

const deployment = useDeployment()

/** The name of the box beside a scope. */
function findBox({ text }: Visited, scope: string): string | undefined {
  return new RegExp(`name="(right-\\d+)"[^>]*>\\s*<span>[^\\n]*<code>${scope}</code>`).exec(text)?.[1]
}

/** A client that asks for all there is, and a person who unticks; yields what the agent can do then. */
async function actFor(unticks: readonly string[], forge: Record<string, string> = {}) {
  const { issuer, user, publicClient, a } = deployment()
  const authorize = async (url: URL) => {
    const browser = createBrowser(new URL(issuer).origin)
    const page = await browser.submit(await browser.open(url), 'login', { ...user })
    const boxes = unticks.map((scope) => [findBox(page, scope) ?? `no box for ${scope}`, undefined])
    return (await browser.submit(page, 'approve', { ...Object.fromEntries(boxes), ...forge })).url
  }
  const { fetch } = await createAgent({
    credentials: { ...publicClient, authorize },
    scopes: ['notes:read', 'notes:write', 'notes:delete'],
  })
  const mcp = new Client({ name: 'greedy', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await mcp.connect(new StreamableHTTPClientTransport(new URL(a.resource), { fetch }))
  onTestFinished(() => mcp.close())
  const { id } = a.notes.write('worth keeping') ?? { id: 0 }
  const outcome = await mcp
    .callTool({ name: 'delete_note', arguments: { note_id: id } })
    .catch((error: unknown) => error)
  const read = await mcp.callTool({ name: 'read_notes', arguments: {} })
  return { outcome, isThere: a.notes.read(id) !== undefined, read }
}

describe('X9: a client asks for more than a person wants to give', () => {
  it('lands with a person who leaves everything ticked: the page said so', async () => {
    expect((await actFor([])).isThere).toBe(false)
  })

  it('is stopped by a person who unticks it; the rest is given', async () => {
    const { outcome, isThere, read } = await actFor(['notes:delete'])
    expect(outcome).toMatchObject({ name: 'InsufficientScopeError', requiredScope: 'notes:delete' })
    expect(isThere).toBe(true)
    expect(read).toMatchObject({ structuredContent: { notes: expect.any(Array) } })
  })

  it('is stopped also when the form is filled with what the page did not have', async () => {
    const forged = { scope: 'notes:delete', 'right-99': 'yes', 'notes:delete': 'yes', rights: 'notes:delete' }
    expect((await actFor(['notes:delete'], forged)).isThere).toBe(true)
  })
})
