/** Sessions that began with an attestation: their ids, and what was attested. */
import type { VerifiedAttestation } from '@countersign/attestation/verify'
import { type Clock, encodeBase64url } from '@countersign/core'

/** What the id of a session says, once its seal was found to be the caller's. */
export interface AttestedSession {
  /** The handler's own id; absent where the handler keeps no sessions. */
  readonly handlerId: string | undefined
  /** What was attested when it began; absent once that is over. */
  readonly attestation: VerifiedAttestation | undefined
}

/** Remembers attestations for as long as they are good, in this process: no session outlives it. */
export interface AttestedSessions {
  /** Makes the id of a new session, to be sealed to its caller like any other; `handlerId` as in `AttestedSession`. */
  begin(attestation: VerifiedAttestation, handlerId: string | undefined): string
  /** `undefined` for the id of a session that began without. */
  find(sessionId: string): AttestedSession | undefined
  /** Forgets what was attested. */
  end(sessionId: string): void
}

const NAME_LENGTH = 22
/** About 1 KiB each. */
const MOST_SESSIONS = 10_000

/** Each entry is dropped at its `exp`, or, with more than 10,000 of them, when it is the oldest: it is then unattested. */
export function createAttestedSessions(clock: Clock): AttestedSessions {
  const held = new Map<string, VerifiedAttestation>()
  // Of this guard alone: the handler's own ids may come from another one behind it.
  const prefix = `attested.${makeName().slice(0, 8)}.`
  const end = prefix.length + NAME_LENGTH

  /** Lives differ little, so that the oldest are the first to be over. */
  function makeRoom(): void {
    const now = clock()
    for (const [name, { expires }] of held) {
      if (expires > now && held.size < MOST_SESSIONS) return
      held.delete(name)
    }
  }

  function readName(sessionId: string): string | undefined {
    return sessionId.startsWith(prefix) && sessionId[end] === '.' ? sessionId.slice(prefix.length, end) : undefined
  }

  return {
    begin(attestation, handlerId = '') {
      makeRoom()
      const name = makeName()
      held.set(name, attestation)
      return `${prefix}${name}.${handlerId}`
    },
    find(sessionId) {
      const name = readName(sessionId)
      if (name === undefined) return undefined
      const handlerId = sessionId.slice(end + 1)
      return { handlerId: handlerId === '' ? undefined : handlerId, attestation: held.get(name) }
    },
    end(sessionId) {
      const name = readName(sessionId)
      if (name !== undefined) held.delete(name)
    },
  }
}

/** 128 random bits. */
function makeName(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(16)))
}
