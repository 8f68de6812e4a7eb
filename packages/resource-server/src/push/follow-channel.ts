/** What other processes of the deployment have heard first: revocations, and word of stolen keys. Polling goes on beside it. */
import type { Trust } from '@countersign/attestation/trust'
import type { SharedChannel } from '@countersign/core'
import type { GuardOptions } from '../guard-options.ts'
import type { RevocationFeed } from '../token/revocation/revocation-feed.ts'

/** The message is an issuer that has revoked something: what, its feed says. */
const revocationsTopic = 'revocations'
/** The message is a security event (RFC 8417) that one process has taken. */
const securityEventsTopic = 'security-events'

/** What is kept current by it. */
export interface Followed {
  readonly issuers: ReadonlyMap<string, { readonly feed?: RevocationFeed }>
  readonly trust?: GuardOptions['trust']
  readonly resource: string
}

/** Milliseconds within which a feed is read: not by all processes in one moment. */
const spread = 100
/** Milliseconds from one reading to the next: whoever can write to the channel could make all processes read without end. */
const rest = 500
/** Security events that are judged at once; one more is not heard. Judging may wait for keys, and anybody can make one up. */
const mostJudged = 32

/** Listens for as long as the channel is open. What anybody publishes there is believed in no more than it proves. */
export function followChannel(channel: SharedChannel, { issuers, trust, resource }: Followed): void {
  channel.subscribe(revocationsTopic, createFeedReading(issuers))
  if (trust === undefined || !('receive' in trust)) return
  const audiences = [resource, ...issuers.keys()]
  let judged = 0
  // What breaks here breaks no call: the issuer's own list of keys says the same a little later.
  channel.subscribe(securityEventsTopic, (message) => {
    if (judged >= mostJudged) return
    judged += 1
    void receiveAny(trust, message, audiences)
      .catch(() => undefined)
      .finally(() => (judged -= 1))
  })
}

/** Undefined where there is nobody to tell. Whom a message does not reach hears of the key from its issuer, a little later. */
export function tellSecurityEvents(channel: SharedChannel | undefined): ((event: string) => void) | undefined {
  return channel && ((event) => void channel.publish(securityEventsTopic, event).catch(() => undefined))
}

/** Several messages while one reading is due are one reading; one that comes later makes for another, after a rest. */
function createFeedReading(issuers: Followed['issuers']): (issuer: string) => void {
  const due = new Set<string>()
  const resting = new Set<string>()
  return (issuer) => {
    const feed = issuers.get(issuer)?.feed
    if (feed === undefined || due.has(issuer)) return
    due.add(issuer)
    after((resting.has(issuer) ? rest : 0) + Math.random() * spread, () => {
      due.delete(issuer)
      resting.add(issuer)
      after(rest, () => resting.delete(issuer))
      void feed.catchUp()
    })
  }
}

/** Keeps no process alive. */
function after(milliseconds: number, work: () => void): void {
  const timer = setTimeout(work, milliseconds)
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
}

/** It may have been sent to this server, or to one that vouches for agents here; which, it says itself, signed. */
async function receiveAny(trust: Trust, event: string, audiences: readonly string[]): Promise<void> {
  for (const audience of audiences) {
    const result = await trust.receive(event, audience)
    if (result.ok || result.code !== 'invalid_audience') return
  }
}
