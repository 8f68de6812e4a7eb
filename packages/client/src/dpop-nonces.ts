/** The newest nonce of every server (RFC 9449 §8 and §9), kept apart for each role a server plays. */

/** Authorization servers and resource servers hand out nonces of their own, also where they share an origin. */
export type NonceRole = 'authorization_server' | 'resource_server'

/** RFC 9449 §8.1: NQCHAR; the length is ours. */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/

/** Origins remembered; the one that was heard of longest ago goes first. */
const CAPACITY = 256

/** Remembers nonces; a nonce is no secret, but it goes back only to where it came from. */
export class DpopNonces {
  readonly #nonces = new Map<string, string>()

  /** The newest nonce that the origin of `url` sent in this role. */
  current(role: NonceRole, url: URL): string | undefined {
    return this.#nonces.get(`${role} ${url.origin}`)
  }

  /** Takes the `DPoP-Nonce` of any response, whatever its status; malformed ones are ignored. */
  observe(role: NonceRole, url: URL, headers: Headers): void {
    const nonce = headers.get('dpop-nonce')
    if (nonce === null || !NONCE.test(nonce)) return
    const key = `${role} ${url.origin}`
    this.#nonces.delete(key)
    this.#nonces.set(key, nonce)
    const [oldest] = this.#nonces.keys()
    if (this.#nonces.size > CAPACITY && oldest !== undefined) this.#nonces.delete(oldest)
  }
}
