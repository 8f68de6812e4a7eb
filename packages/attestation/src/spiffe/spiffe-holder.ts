/** Keys out of SPIFFE bundles (SPIFFE Trust Domain and Bundle §4): those for JWT-SVIDs, in the order of `spiffe_sequence`. */
import { isJsonObject, type JsonValue, type KeyRing, parseStrictJson, type Verifier } from '@countersign/core'
import type { InstalledDocument, KeyHolder, RefusedDocument } from '../keys/key-holder.ts'
import { createPublishedKeys, noKeys } from '../keys/published-keys.ts'

/** A bundle that was read. */
interface SpiffeBundle {
  readonly ring: KeyRing
  readonly sequence: number | undefined
  readonly refreshHint: number | undefined
}

/** A bundle with a lower number than one that was seen is an older one, and refused. */
export function createSpiffeHolder(verifier: Verifier): KeyHolder {
  let ring: KeyRing = noKeys
  let newest: number | undefined
  return {
    find: (kid, algorithm) => ring.find(kid, algorithm),
    async install(text): Promise<InstalledDocument | RefusedDocument> {
      const bundle = readSpiffeBundle(verifier, text)
      if (typeof bundle === 'string') return { ok: false, code: 'bundle_invalid', reason: bundle }
      const { sequence, refreshHint } = bundle
      if (newest !== undefined && (sequence ?? 0) < newest) {
        return { ok: false, code: 'bundle_rollback', reason: 'spiffe_sequence' }
      }
      ring = bundle.ring
      newest = sequence
      return { ok: true, expires: undefined, refreshHint, revoked: [] }
    },
    drop() {
      ring = noKeys
    },
    get mark() {
      return newest
    },
    remember(mark) {
      if (!isCount(mark)) throw new TypeError('What is remembered of a SPIFFE bundle is its sequence number.')
      const isBehind = newest !== undefined && mark > newest
      if (isBehind) ring = noKeys
      newest = Math.max(newest ?? 0, mark)
      return isBehind
    },
  }
}

/** Reads a bundle; the constant word for what is wrong otherwise. */
function readSpiffeBundle(verifier: Verifier, text: string): SpiffeBundle | string {
  const parsed = parseStrictJson(text)
  if (!parsed.ok) return `json_${parsed.reason}`
  if (!isJsonObject(parsed.value)) return 'object'
  const { keys, spiffe_sequence: sequence, spiffe_refresh_hint: refreshHint } = parsed.value
  if (sequence !== undefined && !isCount(sequence)) return 'spiffe_sequence'
  if (refreshHint !== undefined && !isCount(refreshHint)) return 'spiffe_refresh_hint'
  // Keys without a use, or with another one, have to be passed over (§4.2.2); those for JWT-SVIDs have names (JWT-SVID §4.1).
  const ring = createPublishedKeys(verifier, keys, ({ use, kid }) => use === 'jwt-svid' && kid !== undefined)
  return ring === undefined ? 'keys' : { ring, sequence, refreshHint }
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
