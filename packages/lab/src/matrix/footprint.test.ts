import { describe, expect, it } from 'vitest'
import type { Exchange } from '../recording/recording.ts'
import { type Column, columns } from './column.ts'
import { canDiffer, createFootprint, type Footprint, type Run } from './footprint.ts'

const column = (id: string): Column => {
  const found = columns.find((each) => each.id === id)
  if (found === undefined) throw new Error(`there is no column ${id}`)
  return found
}

const tokenRequest = (body: string): Exchange => ({
  from: 'agent',
  method: 'POST',
  url: 'http://127.0.0.1:4000/token',
  headers: {},
  body,
})

const run = (footprint: Footprint, exchanges: readonly Exchange[] = []): Run => ({
  settings: {},
  footprint,
  exchanges,
})

describe('a check may be taken out with nothing changed', () => {
  it('where it did nothing', () => {
    const footprint = createFootprint()
    footprint.guard('scope')
    expect(canDiffer(column('guard:scope'), run(footprint))).toBe(true)
    expect(canDiffer(column('guard:audience'), run(footprint))).toBe(false)
  })

  it('where it is a weak form of one that did nothing', () => {
    const footprint = createFootprint()
    expect(canDiffer(column('guard:endpoint_from_request'), run(footprint))).toBe(false)
    footprint.guard('proof')
    expect(canDiffer(column('guard:endpoint_from_request'), run(footprint))).toBe(true)
  })

  it('where no attestation was judged', () => {
    const footprint = createFootprint()
    expect(canDiffer(column('attestation:no_expiry'), run(footprint))).toBe(false)
    footprint.guard('legacy_attestation')
    expect(canDiffer(column('attestation:no_expiry'), run(footprint))).toBe(true)
  })

  it('where the authorization server was asked for nothing that it concerns', () => {
    const footprint = createFootprint()
    footprint.authorization('/token')
    const asked = [tokenRequest('grant_type=client_credentials')]
    expect(canDiffer(column('authorization:refresh_reuse'), run(footprint, asked))).toBe(false)
    expect(canDiffer(column('authorization:pkce_optional'), run(footprint, asked))).toBe(false)
    footprint.authorization('/authorize?client_id=app')
    expect(canDiffer(column('authorization:pkce_optional'), run(footprint, asked))).toBe(true)
    expect(
      canDiffer(column('authorization:refresh_reuse'), run(footprint, [tokenRequest('grant_type=refresh_token')])),
    ).toBe(true)
  })

  it('but not where somebody asked for tokens whose requests were not written down', () => {
    const footprint = createFootprint()
    footprint.authorization('/token')
    expect(canDiffer(column('authorization:exchange_widens'), run(footprint))).toBe(true)
  })

  it('where the scene does not have what is set wrongly', () => {
    const footprint = createFootprint()
    const proxied: Run = { ...run(footprint), settings: { trustedProxies: ['192.0.2.1'] } }
    expect(canDiffer(column('setting:everyone_is_the_proxy'), run(footprint))).toBe(false)
    expect(canDiffer(column('setting:everyone_is_the_proxy'), proxied)).toBe(true)
    expect(canDiffer(column('setting:long_lived_tokens'), run(footprint))).toBe(false)
    footprint.touched('clock')
    expect(canDiffer(column('setting:long_lived_tokens'), run(footprint))).toBe(true)
  })
})
