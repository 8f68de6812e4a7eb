/** The exchanges of `tests/vectors/attestation`, through a guarded server. */
import { describe, expect, it } from 'vitest'
import vectors from '../../../../tests/vectors/attestation/legacy-exchanges.json' with { type: 'json' }
import tokens from '../../../../tests/vectors/attestation/legacy-tokens.json' with { type: 'json' }
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'

const { exchanges, handlerResult } = vectors
const { issuer, now } = tokens
const attesters = [{ ...issuer, keys: issuer.jwks, level: 'provider', legacy: true }] as const

type Exchange = (typeof exchanges)[number]

/** One server; `ask` yields its answer to a request. */
async function serve({ policy }: Exchange) {
  const attestation = (['required', 'preferred', 'optional'] as const).find((presence) => presence === policy)
  const scene = await createScene({ attesters, ledger: createDurableLedger(), ...(attestation && { attestation }) })
  scene.now = now
  const server = scene.guard.protect(
    createHandler((_, options) => {
      const { id } = (options?.parsedBody ?? {}) as { id?: unknown }
      return Response.json({ jsonrpc: '2.0', id, result: handlerResult })
    }),
  )
  return async ({ request }: Exchange) => server.fetch(await scene.request({ body: JSON.stringify(request) }))
}

describe('an initialize of the legacy carriage', () => {
  it.each(exchanges)('$title', async (exchange) => {
    const ask = await serve(exchange)
    const earlier = exchanges.find((_, place) => place === exchange.after)
    if (earlier !== undefined) await ask(earlier)
    const answer = await ask(exchange)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await answer.json()).toEqual(exchange.answer)
  })
})
