/** What the processes of a deployment tell one another at once: that something was revoked, and word of stolen keys. */
import type { Trust } from '@countersign/attestation/trust'
import type { SharedChannel } from '@countersign/core'
import { describeServerError, type Log } from '../log.ts'

/** The message is an issuer that has revoked something: what, its feed says. */
const REVOCATIONS = 'revocations'
/** The message is a security event (RFC 8417) that one process has taken. */
const SECURITY_EVENTS = 'security-events'
/** Events that are judged at once; one more is not heard. Judging may wait for keys, and who writes to the channel can make them up. */
const MOST_JUDGED = 32

/** Tells the others. Nobody waits for it: whom it does not reach reads the feed, or the issuer's own list, a little later. */
export interface Announcements {
  /** There is a revocation that was committed. */
  revoked(): void
  /** A security event was taken. */
  securityEvent(event: string): void
}

/** Without a channel there is nobody to tell. */
export function createAnnouncements(channel: SharedChannel | undefined, issuer: string, log: Log): Announcements {
  if (channel === undefined) return { revoked: () => {}, securityEvent: () => {} }
  const publish = (topic: string, message: string): Promise<void> =>
    channel.publish(topic, message).catch((error: unknown) => log(describeServerError(error)))
  let isDue = false
  let isRunning = false
  const tell = async (): Promise<void> => {
    isRunning = true
    while (isDue) {
      isDue = false
      await publish(REVOCATIONS, issuer)
    }
    isRunning = false
  }
  return {
    // Many at once are one message, and another for those that came while it was under way.
    revoked() {
      isDue = true
      if (!isRunning) void tell()
    },
    securityEvent: (event) => void publish(SECURITY_EVENTS, event),
  }
}

/** What hears of stolen keys. */
export interface SecurityEventHearer {
  readonly trust: Trust
  /** To whom an event may have been sent: this issuer, and the resource servers of the deployment. */
  readonly audiences: readonly string[]
  readonly log: Log
}

/** Takes the events that other processes have taken, each for no more than it proves; yields what ends it. */
export function hearSecurityEvents(
  channel: SharedChannel | undefined,
  { trust, audiences, log }: SecurityEventHearer,
): () => void {
  const receive = async (event: string): Promise<void> => {
    for (const audience of audiences) {
      const result = await trust.receive(event, audience)
      if (result.ok || result.code !== 'invalid_audience') return
    }
  }
  let judged = 0
  return (
    channel?.subscribe(SECURITY_EVENTS, (event) => {
      if (judged >= MOST_JUDGED) return
      judged += 1
      receive(event)
        .catch((error: unknown) => log(describeServerError(error)))
        .finally(() => (judged -= 1))
    }) ?? (() => {})
  )
}
