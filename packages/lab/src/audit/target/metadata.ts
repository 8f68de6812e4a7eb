/** The documents by which a server says who issues tokens for it: RFC 9728, and RFC 8414 of each issuer. */
import type { JsonObject } from '@countersign/core'
import type { Exchange } from '../probe/exchange.ts'
import type { Probe } from '../probe/probe.ts'
import { readObject } from './json-document.ts'

/** A document as it was answered; `document` is left out where it was none. */
export interface Published {
  readonly url: string
  readonly exchange: Exchange
  readonly document?: JsonObject
}

/** An authorization server that the resource names. */
export interface NamedServer {
  readonly issuer: string
  /** Undefined where its host is not to be gone to. */
  readonly metadata: Published | undefined
}

/** Gets a document. */
async function fetchDocument(probe: Probe, url: string): Promise<Published> {
  const exchange = await probe.send({ url, headers: [['Accept', 'application/json']] })
  const document = exchange.status === 200 && exchange.failure === undefined ? readObject(exchange.body) : undefined
  return { url, exchange, ...(document !== undefined && { document }) }
}

/** Where the metadata of a resource may stand: what its challenge says, then both well-known places (RFC 9728 §3.1). */
export function locateResourceMetadata(url: URL, challenged: string | undefined): readonly string[] {
  const path = url.pathname === '/' ? '' : url.pathname
  const wellKnown = `${url.origin}/.well-known/oauth-protected-resource`
  const said = challenged !== undefined && URL.canParse(challenged) ? [challenged] : []
  return [...new Set([...said, wellKnown + path, wellKnown])]
}

/** Where the metadata of an issuer may stand (RFC 8414 §3.1, and OpenID Connect Discovery §4). */
export function locateIssuerMetadata(issuer: string): readonly string[] {
  const url = URL.parse(issuer)
  if (url === null) return []
  const path = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '')
  return [
    ...new Set([
      `${url.origin}/.well-known/oauth-authorization-server${path}`,
      `${url.origin}/.well-known/openid-configuration${path}`,
      `${url.origin}${path}/.well-known/openid-configuration`,
    ]),
  ]
}

/** The first of the places that has a document; else what the first one answered. */
export async function fetchFirst(probe: Probe, urls: readonly string[]): Promise<Published | undefined> {
  let first: Published | undefined
  for (const url of urls) {
    const published = await fetchDocument(probe, url)
    if (published.document !== undefined) return published
    first ??= published
  }
  return first
}
