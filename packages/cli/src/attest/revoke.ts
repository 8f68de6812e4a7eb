/** `countersign attest revoke`: a signing key out of trust, and whoever has to know told of it. */
import type { AttestationIssuerServer } from '@countersign/attestation-issuer'
import { isLoopbackHost } from '@countersign/core'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { withProgress } from '../terminal/progress.ts'
import { BUNDLE_TO_SIGN, type IssuerOptions, withIssuer } from './open-issuer.ts'

/** The flags. */
export interface RevokeOptions extends IssuerOptions {
  readonly reason: Parameters<AttestationIssuerServer['revoke']>[1]
  readonly notify?: string
  readonly audience?: string
}

const TIMEOUT_MS = 10_000

/** Runs it. A server that does not take the word of it is a failure; the key is revoked all the same. */
export async function revokeKey(
  keyId: string | undefined,
  options: RevokeOptions,
  { terminal, clock, finish }: Context,
): Promise<void> {
  const receiver = readReceiver(options)
  const { next, event, signsBundles } = await withIssuer(options, clock, async (server, signsBundles) => {
    if (keyId === undefined) throw wrongUsage(`Which key? There are ${describeKeys(server)}.`)
    const result = await server.revoke(keyId, options.reason)
    // Once more for one that is revoked already: perhaps somebody was not told.
    if (!result.ok && !(result.reason === 'state' && receiver !== undefined)) throw refused(keyId, server)
    const event = receiver === undefined ? undefined : await server.securityEvent(keyId, receiver.audience)
    return { event, signsBundles, next: server.keys().find(({ state }) => state === 'active')?.keyId }
  })
  if (receiver !== undefined && event !== undefined) {
    await withProgress(terminal, `Telling ${receiver.url}`, tell(receiver.url, event))
  }
  if (options.json === true) {
    terminal.print(JSON.stringify({ revoked: keyId, signs_now: next, notified: receiver?.url }))
  } else {
    terminal.print(`The key ${keyId} is revoked; ${next} signs now.`)
    if (receiver !== undefined) terminal.print(`${receiver.audience} has been told.`)
  }
  if (!signsBundles) terminal.note(BUNDLE_TO_SIGN)
  finish(0)
}

interface Receiver {
  readonly url: string
  readonly audience: string
}

function readReceiver({ notify, audience }: RevokeOptions): Receiver | undefined {
  if (notify === undefined && audience === undefined) return undefined
  if (notify === undefined || audience === undefined) {
    throw wrongUsage('--notify and --audience go together: where it is told, and to whom.')
  }
  const url = URL.parse(notify)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (url === null || !isSecure) throw wrongUsage('--notify is an https URL (http only on this machine).')
  return { url: url.href, audience }
}

function refused(keyId: string, server: AttestationIssuerServer): CommandFailed {
  const known = describeKeys(server)
  return new CommandFailed(`The key ${keyId} cannot be revoked: it is unknown, or it was before. There are ${known}.`)
}

function describeKeys(server: AttestationIssuerServer): string {
  return server
    .keys()
    .map(({ keyId, state }) => `${keyId} (${state})`)
    .join(', ')
}

/** RFC 8935 §2: 202, and nothing else, says that it was taken. */
async function tell(url: string, event: string): Promise<void> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const headers = { 'content-type': 'application/secevent+jwt', accept: 'application/json' }
  const status = await fetch(url, { method: 'POST', body: event, headers, redirect: 'manual', signal }).then(
    (response) => response.status,
    () => undefined,
  )
  if (status === 202) return
  const what = status === undefined ? 'cannot be reached' : `answered ${status}`
  throw new CommandFailed(`The key is revoked, but ${url} ${what}: it was not told. Run the same command again.`)
}
