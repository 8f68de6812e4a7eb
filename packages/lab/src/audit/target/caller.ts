/** Somebody who calls the server: a stranger, or the holder of a token, with or without the key that it is bound to. */
import type { JsonObject } from '@countersign/core'
import { type Exchange, type ProbeRequest, readHeader } from '../probe/exchange.ts'
import type { Probe } from '../probe/probe.ts'
import { type ProofFault, type SigningKey, signProof } from './proof.ts'
import { type Header, type Phrase, phrase, type Speech } from './speech.ts'

/** A token, and the key that it is bound to where it is. */
export interface Holder {
  readonly token: string
  readonly key?: SigningKey
}

/** How one call differs from an honest one. */
export interface Variation {
  readonly proof?: ProofFault
  /** Sent besides the others. */
  readonly headers?: readonly Header[]
  /** Left out, by lower-case name, before `headers` are added. */
  readonly without?: readonly string[]
  /** Sent in place of the message. */
  readonly body?: string
  /** Shown in place of the holder's; the scheme may be another one. */
  readonly authorization?: readonly string[]
  readonly url?: string
  /** In place of POST. */
  readonly httpMethod?: string
  readonly timeoutMs?: number
}

/** A call: what is asked, and how it differs. */
export interface Call {
  readonly method: string
  readonly params?: JsonObject
  readonly variation?: Variation
}

/** Makes calls. */
export interface Caller {
  readonly speech: Speech
  readonly holder: Holder | undefined
  /** Sends a call, with a proof of its own, and once more where the server wants its nonce in it. */
  call(call: Call): Promise<Exchange>
  /** The request of a call, for whoever sends it more than once. */
  prepare(call: Call): Promise<ProbeRequest>
  /** The same holder in other words. */
  speaking(speech: Speech): Caller
}

/** What a caller is made of. */
export interface CallerParts {
  readonly probe: Probe
  readonly url: URL
  readonly speech: Speech
  readonly holder?: Holder | undefined
}

/** Makes a caller; one with a key sends its token by the DPoP scheme, others by Bearer. */
export function createCaller(parts: CallerParts, known: { nonce?: string } = {}): Caller {
  const { probe, holder, speech } = parts

  async function send(call: Call): Promise<Exchange> {
    const exchange = await probe.send(await prepare(call))
    const nonce = readHeader(exchange, 'dpop-nonce')
    if (nonce !== undefined) known.nonce = nonce
    return exchange
  }

  async function prepare({ method, params, variation = {} }: Call): Promise<ProbeRequest> {
    const words = phrase(speech, method, params)
    const body = variation.body ?? words.body
    const url = variation.url ?? parts.url.href
    const credentials = await present({ url, body, variation })
    const headers = [...credentials, ...chooseHeaders(words, variation)]
    return {
      url,
      method: variation.httpMethod ?? 'POST',
      headers,
      body,
      ...(variation.timeoutMs !== undefined && { timeoutMs: variation.timeoutMs }),
    }
  }

  async function present(request: { url: string; body: string; variation: Variation }): Promise<readonly Header[]> {
    const { url, body, variation } = request
    if (holder === undefined) return (variation.authorization ?? []).map((value): Header => ['Authorization', value])
    const scheme = holder.key === undefined ? 'Bearer' : 'DPoP'
    const shown = variation.authorization ?? [`${scheme} ${holder.token}`]
    const authorization = shown.map((value): Header => ['Authorization', value])
    if (holder.key === undefined) return authorization
    const proofs: Header[] = []
    for (let copy = 0; copy < (variation.proof?.copies ?? 1); copy += 1) {
      const target = {
        method: variation.httpMethod ?? 'POST',
        url,
        token: tokenIn(shown) ?? holder.token,
        nonce: known.nonce,
        content: body,
      }
      const proof = await signProof(holder.key, target, variation.proof)
      probe.conceal('proof', proof)
      proofs.push(['DPoP', proof])
    }
    return [...authorization, ...proofs]
  }

  return {
    speech,
    holder,
    prepare,
    async call(call) {
      const had = known.nonce
      const exchange = await send(call)
      const wantsNonce = exchange.status === 401 && known.nonce !== had && holder?.key !== undefined
      return wantsNonce ? send(call) : exchange
    },
    speaking: (other) => createCaller({ ...parts, speech: other }, known),
  }
}

function tokenIn(authorization: readonly string[]): string | undefined {
  return authorization[0]?.split(' ')[1]
}

function chooseHeaders(words: Phrase, { headers = [], without = [] }: Variation): readonly Header[] {
  return [...words.headers.filter(([name]) => !without.includes(name.toLowerCase())), ...headers]
}
