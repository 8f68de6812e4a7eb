import { type RejectionCode, rejections } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { describeLegacyError } from './legacy-error.ts'

const declaration = { policy: 'required', trustedIssuers: ['https://api.anthropic.com'] } as const

describe('an error of the legacy carriage', () => {
  it('answers the request, with policy and trusted issuers', () => {
    expect(JSON.parse(describeLegacyError({ code: 'attestation_required' }, 1, declaration) ?? '')).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32001,
        message: 'attestation_required',
        data: { policy: 'required', trusted_issuers: ['https://api.anthropic.com'] },
      },
    })
  })

  it('has a code of its own for each reason that the carriage knows', () => {
    const codeOf = (code: RejectionCode, reason?: string) => {
      const text = describeLegacyError({ code, ...(reason !== undefined && { reason }) }, 1, declaration)
      const { error } = JSON.parse(text ?? '{"error":{}}') as { error: { code?: number; message?: string } }
      return [error.code, error.message]
    }
    expect(codeOf('attestation_required')).toEqual([-32001, 'attestation_required'])
    expect(codeOf('attestation_invalid', 'signature')).toEqual([-32002, 'attestation_invalid'])
    expect(codeOf('attestation_audience_mismatch')).toEqual([-32002, 'attestation_invalid'])
    expect(codeOf('attestation_key_mismatch')).toEqual([-32002, 'attestation_invalid'])
    expect(codeOf('attestation_expired')).toEqual([-32003, 'attestation_expired'])
    expect(codeOf('attestation_replay')).toEqual([-32004, 'attestation_replay'])
    expect(codeOf('attestation_issuer_untrusted')).toEqual([-32005, 'attestation_issuer_untrusted'])
    expect(codeOf('attestation_invalid', 'claim_missing')).toEqual([-32006, 'attestation_claims_insufficient'])
    expect(codeOf('attestation_policy')).toEqual([-32006, 'attestation_claims_insufficient'])
  })

  it('is there for every refusal of an attestation, and for no other', () => {
    for (const code of Object.keys(rejections) as RejectionCode[]) {
      const text = describeLegacyError({ code }, 1, declaration)
      expect(text !== undefined, code).toBe(code.startsWith('attestation_'))
    }
  })

  it('does not say which comparison failed', () => {
    const text = describeLegacyError({ code: 'attestation_issuer_untrusted', reason: 'look_alike' }, 1, declaration)
    expect(text).not.toContain('look_alike')
  })
})
