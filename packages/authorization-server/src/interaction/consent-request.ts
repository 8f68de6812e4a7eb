/** What a client asks of a person: the one value from which the consent page is laid out and the grant is made. */
import type { CapabilityRequest } from '@countersign/capability'

/** One right that is asked for, and that a person may leave out. */
export interface Right {
  /** The scope as it stands in the token. */
  readonly scope: string
  /** What it allows. */
  readonly words: string
  /** Of the resource, or of OpenID Connect: then the client gets an ID token. */
  readonly kind: 'resource' | 'identity'
}

/** One capability that is asked for, and that a person may leave out, or give less of. */
export interface AskedCapability {
  /** What people call its tool. */
  readonly words: string
  /** What the capability in the token is minted from. */
  readonly entry: CapabilityRequest
}

/** All that is asked for. What is not in here is neither shown nor granted. */
export interface ConsentRequest {
  readonly client: {
    readonly id: string
    /** Its own choice; anybody's text. */
    readonly name: string
    /** Registered; where the answer goes. */
    readonly redirectUri: string
  }
  readonly person: { readonly subject: string; readonly name: string }
  readonly resource: {
    /** The indicator as the client sent it; grants are filed under it. */
    readonly indicator: string
    /** What `aud` will say. */
    readonly audience: string
    readonly name: string
  }
  readonly rights: readonly Right[]
  readonly capabilities: readonly AskedCapability[]
  /** Seconds until the last token that stands on this consent was issued and is over; capabilities say so themselves. */
  readonly duration?: {
    readonly most: number
    /** Seconds without use after which it ends sooner; undefined where it cannot be prolonged at all. */
    readonly unused?: number
  }
}
