/** The caller as MCP handlers know it: the SDK's `AuthInfo`, without the token. */
import type { Caller } from './decision.ts'

/** The shape of the SDK's `AuthInfo`; what only we know is under `extra.countersign`. */
export interface AuthInfo {
  /** Always empty: a tool that never sees the token can't pass it on (MCP authorization, Token Passthrough). */
  readonly token: ''
  readonly clientId: string
  readonly scopes: string[]
  /** NumericDate. */
  readonly expiresAt: number
  readonly resource: URL
  readonly extra: { readonly countersign: Omit<Caller, 'scopes' | 'expires'> }
}

/** Describes a verified caller of `resource`. */
export function createAuthInfo({ scopes, expires, ...caller }: Caller, resource: string): AuthInfo {
  return {
    token: '',
    clientId: caller.clientId,
    scopes: [...scopes],
    expiresAt: expires,
    resource: new URL(resource),
    extra: { countersign: caller },
  }
}
