/** The MCP SDK's own client, with nothing of ours in it, against `countersign up`. */
import { describe, expect, it } from 'vitest'
import { recordExchanges } from '../support/exchanges.ts'
import { useUp } from '../support/up.ts'
import { connect, eras } from './eras.ts'
import { createKeyProvider } from './key-provider.ts'

const up = useUp()

describe.each(eras)("the SDK's own client in the $era era", ({ opening, versionNegotiation }) => {
  it('is challenged, discovers, gets a bound token, answers nonces, reads, is refused, steps up and writes', async () => {
    const { client, issuer, resource } = up()
    const { fetch, lines } = recordExchanges()
    const mcp = await connect(resource, versionNegotiation, { authProvider: createKeyProvider(client, issuer), fetch })
    const text = `written in ${opening}`
    await mcp.callTool({ name: 'read_notes', arguments: {} })
    expect(await mcp.callTool({ name: 'write_note', arguments: { text } })).toMatchObject({
      structuredContent: { note: { text } },
    })
    const discovery = [
      'GET /.well-known/oauth-protected-resource/mcp → 200',
      'GET /.well-known/oauth-authorization-server → 200',
    ]
    expect(lines.filter(countsInBothEras)).toEqual([
      `POST /mcp ${opening} → 401`,
      ...discovery,
      'POST /token notes:read (proof) → 400 use_dpop_nonce',
      'POST /token notes:read (proof nonce) → 200',
      `POST /mcp ${opening} (DPoP nonce) → 200`,
      'POST /mcp tools/call read_notes (DPoP nonce) → 200',
      'POST /mcp tools/call write_note (DPoP nonce) → 403 insufficient_scope notes:write',
      ...discovery,
      'POST /token notes:read notes:write (proof nonce) → 200',
      'POST /mcp tools/call write_note (DPoP nonce) → 200',
    ])
  })

  it('is asked for a nonce by the notes server when it proves without one, and heals', async () => {
    const { client, issuer, resource } = up()
    const provider = createKeyProvider(client, issuer)
    const first = await connect(resource, versionNegotiation, { authProvider: provider })
    await first.callTool({ name: 'read_notes', arguments: {} })
    const session = await provider.dpop?.()
    session?.rememberNonce(resource, 'from-another-server')
    const { fetch, lines } = recordExchanges()
    await connect(resource, versionNegotiation, { authProvider: provider, fetch })
    expect(lines.filter(countsInBothEras)).toEqual([
      `POST /mcp ${opening} (DPoP nonce) → 401 use_dpop_nonce`,
      `POST /mcp ${opening} (DPoP nonce) → 200`,
    ])
  })
})

/** Leaves out what only the legacy era has, and at its own time: the end of the handshake and the standing stream. */
function countsInBothEras(line: string): boolean {
  return !line.startsWith('GET /mcp') && !line.includes('notifications/initialized')
}
