/** What both servers are given. */
import type { JWK } from 'jose'

export const clientId = 'agent'
export const scope = 'notes:read'

export type ServerKind = 'ours' | 'bare'

export interface ServerSetup {
  /** Without a path; the token endpoint is `/token` below it. */
  readonly issuer: string
  readonly resource: string
  /** The client's public key, P-256. */
  readonly clientJwk: JWK
}

/** What the benchmark tells the process of a server, and is told by it. */
export type ToServer = { readonly type: 'start'; readonly kind: ServerKind; readonly clientJwk: JWK } | 'cpu'
export type FromServer =
  | { readonly type: 'ready'; readonly issuer: string }
  | { readonly type: 'cpu'; readonly microseconds: number }
