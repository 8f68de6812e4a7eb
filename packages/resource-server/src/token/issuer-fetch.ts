/** What is fetched for one issuer is fetched from where its operator may have meant, and nowhere else. */
import { createDefaultFetch } from '#default-fetch'
import { ConfigurationError } from '../configuration-error.ts'
import type { IssuerTrust } from './issuer-trust.ts'

/** Every issuer has a fetch of its own: that one of them is on loopback opens nothing to the others. */
export function createIssuerFetch(trust: IssuerTrust): typeof fetch {
  try {
    return createDefaultFetch(listUrls(trust), trust.allowInternal ?? [])
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ConfigurationError(`allowInternal of ${trust.issuer}: ${error.message}`)
  }
}

/** The URLs that stand in the configuration. */
export function listUrls({ issuer, jwksUri, introspection, revocationFeed }: IssuerTrust): readonly string[] {
  return [issuer, jwksUri, introspection?.endpoint, revocationFeed].filter((url) => url !== undefined)
}
