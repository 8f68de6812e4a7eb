/** Keys out of signed bundles, for whoever fetches those: the ring of bundles, made anew whenever it has to forget. */
import { isJsonObject, type JsonValue } from '@countersign/core'
import type { KeyHolder } from '../keys/key-holder.ts'
import { type BundleKeyRing, type BundleKeyRingOptions, createBundleKeyRing } from './bundle-key-ring.ts'
import type { BundleMark } from './verify-bundle.ts'

const DIGEST = /^[\w-]{43}$/

/** A bundle's own `exp` says how long it counts, and its mark is what makes older ones known as such. */
export function createBundleHolder(options: Omit<BundleKeyRingOptions, 'mark'>): KeyHolder {
  let ring = createBundleKeyRing(options)
  const restart = (mark: BundleMark | undefined): BundleKeyRing =>
    createBundleKeyRing({ ...options, ...(mark !== undefined && { mark }) })
  return {
    find: (kid, algorithm) => ring.find(kid, algorithm),
    async install(text) {
      const result = await ring.install(text)
      if (!result.ok) return { ok: false, code: result.rejection.code, reason: result.rejection.reason }
      const { expires, revoked } = result.value
      return { ok: true, expires, refreshHint: undefined, revoked }
    },
    drop() {
      ring = restart(ring.mark)
    },
    get mark() {
      return ring.mark === undefined ? undefined : { ...writeMark(ring.mark) }
    },
    remember(mark) {
      const remembered = readMark(mark)
      const own = ring.mark
      if (own === undefined) {
        ring = restart(remembered)
        return false
      }
      if (remembered.sequence <= own.sequence) return false
      const revoked = [...new Set([...own.revoked, ...remembered.revoked])]
      ring = restart({ ...remembered, revoked })
      return true
    },
  }
}

function writeMark({ sequence, digest, revoked }: BundleMark): { sequence: number; digest: string; revoked: string[] } {
  return { sequence, digest, revoked: [...revoked] }
}

function readMark(mark: JsonValue): BundleMark {
  const { sequence, digest, revoked } = isJsonObject(mark) ? mark : {}
  const isMark =
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    typeof digest === 'string' &&
    DIGEST.test(digest) &&
    Array.isArray(revoked) &&
    revoked.every((thumbprint) => typeof thumbprint === 'string')
  if (!isMark) throw new TypeError('What is remembered of a bundle is its sequence number, digest and revoked keys.')
  return { sequence, digest, revoked: revoked.filter((thumbprint) => typeof thumbprint === 'string') }
}
