/** An issuer's own metadata (RFC 8414), read again from time to time, and never more often than is good for the issuer. */
import type { Clock, JsonObject } from '@countersign/core'
import { authorizationServerMetadataUrls } from '@countersign/core/wire'
import { isSecureUrl } from '../policy/secure-url.ts'
import { FetchFailed, fetchJsonObject } from './bounded-fetch.ts'

/** Older metadata is read again, without making anybody wait. */
const refreshAfterSeconds = 300
/** After a failure, for everybody who asks. */
const cooldownSeconds = 1

/** The metadata of one issuer. */
export interface IssuerMetadata {
  /** As it was last read, however long ago; undefined when it never was. Begins to read it again when it is old. */
  current(): JsonObject | undefined
  /** At most `maxAge` seconds old. Rejects with `FetchFailed`. */
  load(maxAge: number): Promise<JsonObject>
}

/** Fetches once for all who wait. */
export function createIssuerMetadata(issuer: string, fetcher: typeof fetch, clock: Clock): IssuerMetadata {
  let known: { readonly document: JsonObject; readonly readAt: number } | undefined
  let failure: { readonly error: unknown; readonly at: number } | undefined
  let loading: Promise<JsonObject> | undefined

  async function read(): Promise<JsonObject> {
    const readAt = clock()
    try {
      const document = await discover(issuer, fetcher)
      known = { document, readAt }
      failure = undefined
      return document
    } catch (error) {
      failure = { error, at: clock() }
      throw error
    } finally {
      loading = undefined
    }
  }

  /** No older than so many seconds; what was read in the future, before the clock was set back, is as good as old. */
  const isWithin = (at: number, seconds: number) => clock() >= at && clock() - at <= seconds

  async function load(maxAge: number): Promise<JsonObject> {
    if (known !== undefined && isWithin(known.readAt, maxAge)) return known.document
    if (loading !== undefined) return loading
    if (failure !== undefined && isWithin(failure.at, cooldownSeconds)) throw failure.error
    loading = read()
    return loading
  }

  return {
    load,
    current() {
      if (known !== undefined && !isWithin(known.readAt, refreshAfterSeconds)) load(0).catch(() => undefined)
      return known?.document
    },
  }
}

/** The URL that a member holds; undefined when it is not there. Throws `FetchFailed` where it is none to go to. */
export function readEndpoint(metadata: JsonObject, member: string): string | undefined {
  const url = Object.hasOwn(metadata, member) ? metadata[member] : undefined
  if (url === undefined) return undefined
  if (typeof url !== 'string' || !isSecureUrl(url)) throw new FetchFailed(member)
  return url
}

/** RFC 8414 §3.3: metadata that names another issuer is not this issuer's. */
async function discover(issuer: string, fetcher: typeof fetch): Promise<JsonObject> {
  const [first, ...others] = authorizationServerMetadataUrls(issuer)
  if (first === undefined) throw new FetchFailed('issuer_url')
  const metadata = await fetchFirst(first, others, fetcher)
  if (metadata.issuer !== issuer) throw new FetchFailed('issuer_mismatch')
  return metadata
}

async function fetchFirst(url: string, others: readonly string[], fetcher: typeof fetch): Promise<JsonObject> {
  const [next, ...rest] = others
  try {
    return await fetchJsonObject(url, fetcher)
  } catch (error) {
    if (next === undefined || !(error instanceof FetchFailed)) throw error
    return fetchFirst(next, rest, fetcher)
  }
}
