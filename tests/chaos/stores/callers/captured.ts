/** Everything that was ever sent, as somebody on the way keeps it. */
import type { AgentKey } from './issuer.ts'
import type { Message } from './message.ts'

/** A call that was sent. */
export interface Captured {
  readonly message: Message
  /** The process that it was meant for. */
  readonly port: number
  /** Where it uses one: with it further calls can be made, as by an agent that was tricked. */
  readonly capability?: Capability
}

/** A token that may be used once, for one note, with its key. */
export interface Capability {
  readonly token: string
  readonly key: AgentKey
  readonly noteId: number
}

/** Hears of a call: when it goes out, and when its sender has an answer, or none. */
export interface Wiretap {
  sent(captured: Captured): void
  over(captured: Captured, served: boolean): void
}
