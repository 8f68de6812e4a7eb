/** A server that publishes an attestation issuer's keys, and does with them what its operator, or an intruder, wants. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalSigner, generateSigningJwk, signKeyBundle } from '@countersign/attestation/issue'
import type { KeyBundle, TrustEntry } from '@countersign/attestation/trust'
import { type PublicJwk, parsePublicJwk } from '@countersign/core'
import { closeServer, listen } from '@countersign/resource-server/node'
import { calculateJwkThumbprint } from 'jose'
import type { StrangersKey } from './attestation.ts'

/** What is answered: a document after a time in milliseconds, a failure, or nothing at all. */
export type Answering = { readonly document: string; readonly after?: number } | 'failing' | 'silent'

/** A key server on a socket. */
export interface KeyServer {
  readonly url: string
  /** What the next ones are answered. */
  answering: Answering
  /** How often it was asked. */
  readonly asked: () => number
  close(): Promise<void>
}

/** Starts one on a free port. */
export async function startKeyServer(answering: Answering): Promise<KeyServer> {
  let asked = 0
  const http = createServer((_request, response) => {
    asked += 1
    const { answering: now } = server
    if (now === 'silent') return
    if (now === 'failing') return void response.writeHead(500).end()
    setTimeout(() => response.end(now.document), now.after ?? 0)
  })
  await listen(http, 0, '127.0.0.1')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/keys`
  const server: KeyServer = { url, answering, asked: () => asked, close: () => closeServer(http, 0) }
  return server
}

/** The issuer whose keys they are. */
export const publishedIssuer = 'https://attest.published.example'

/** Its line in trust lists, with its keys wherever they are. */
export function lineOf(keys: TrustEntry['keys']): TrustEntry {
  return { issuer: publishedIssuer, keys, level: 'provider', providers: ['example'] }
}

/** A plain key set (RFC 7517 §5). */
export function writeKeySet(keys: Readonly<Record<string, StrangersKey>>): string {
  return JSON.stringify({ keys: Object.entries(keys).map(([kid, { publicJwk }]) => ({ ...publicJwk, kid })) })
}

/** The root of an issuer's bundles: what is pinned, and what signs. */
export interface BundleRoot {
  readonly publicJwk: PublicJwk
  /** Signs a bundle of these keys, which takes back those in `revoked`. */
  sign(
    sequence: number,
    keys: Readonly<Record<string, StrangersKey>>,
    revoked?: Readonly<Record<string, StrangersKey>>,
  ): Promise<string>
}

/** Makes one. */
export async function createBundleRoot(): Promise<BundleRoot> {
  const signer = await createLocalSigner(await generateSigningJwk(), 'root')
  return {
    publicJwk: signer.publicJwk,
    async sign(sequence, keys, revoked = {}) {
      const now = Math.floor(Date.now() / 1000)
      const expires = now + 86_400
      const taken = Object.entries(revoked).map(async ([keyId, { publicJwk }]) => ({
        keyId,
        thumbprint: await calculateJwkThumbprint(publicJwk),
        reason: 'key_compromise' as const,
        revokedAt: now,
      }))
      const bundle: KeyBundle = {
        issuer: publishedIssuer,
        sequence,
        issuedAt: now,
        expires,
        keys: Object.entries(keys).map(([keyId, { publicJwk }]) => ({ keyId, jwk: readJwk(publicJwk), expires })),
        revoked: await Promise.all(taken),
      }
      return signKeyBundle(signer, bundle)
    },
  }
}

function readJwk(publicJwk: StrangersKey['publicJwk']): PublicJwk {
  const jwk = parsePublicJwk(publicJwk)
  if (!jwk.ok) throw new TypeError('the keys of the tests are public keys')
  return jwk.value
}
