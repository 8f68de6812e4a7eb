import { describe, expect, it } from 'vitest'
import type { Exchange } from '../recording/recording.ts'
import { type Column, columns } from './column.ts'
import { canDiffer, createFootprint } from './footprint.ts'

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

describe('a check may be taken out with nothing changed', () => {
  it('where it did nothing', () => {
    const footprint = createFootprint()
    footprint.guard('scope')
    expect(canDiffer(column('guard:scope'), footprint, [])).toBe(true)
    expect(canDiffer(column('guard:audience'), footprint, [])).toBe(false)
  })

  it('where it is a weak form of one that did nothing', () => {
    const footprint = createFootprint()
    expect(canDiffer(column('guard:endpoint_from_request'), footprint, [])).toBe(false)
    footprint.guard('proof')
    expect(canDiffer(column('guard:endpoint_from_request'), footprint, [])).toBe(true)
  })

  it('where no attestation was judged', () => {
    const footprint = createFootprint()
    expect(canDiffer(column('attestation:no_expiry'), footprint, [])).toBe(false)
    footprint.guard('legacy_attestation')
    expect(canDiffer(column('attestation:no_expiry'), footprint, [])).toBe(true)
  })

  it('where the authorization server was asked for nothing that it concerns', () => {
    const footprint = createFootprint()
    footprint.authorization('/token')
    const asked = [tokenRequest('grant_type=client_credentials')]
    expect(canDiffer(column('authorization:refresh_reuse'), footprint, asked)).toBe(false)
    expect(canDiffer(column('authorization:pkce_optional'), footprint, asked)).toBe(false)
    footprint.authorization('/authorize?client_id=app')
    expect(canDiffer(column('authorization:pkce_optional'), footprint, asked)).toBe(true)
    expect(
      canDiffer(column('authorization:refresh_reuse'), footprint, [tokenRequest('grant_type=refresh_token')]),
    ).toBe(true)
  })

  it('but not where somebody asked for tokens whose requests were not written down', () => {
    const footprint = createFootprint()
    footprint.authorization('/token')
    expect(canDiffer(column('authorization:exchange_widens'), footprint, [])).toBe(true)
  })
})
