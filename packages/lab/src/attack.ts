/** An attack as data: its story, what it needs, and how it is done to a server that lacks one thing and to one that lacks nothing. */
import type { RejectionCode } from '@countersign/core'
import type { Program } from '@countersign/store-servers'
import type { Scene } from './scene/scene.ts'
import type { SceneOptions } from './scene/scene-options.ts'
import type { Answer } from './scene/wire.ts'

/** Where an attack was described first. */
export interface AttackSource {
  readonly document: 'token-talk' | 'threat-analysis' | 'ours'
  readonly section: string
}

/** What an authorization server says no with (RFC 6749 §5.2 and its extensions). */
export type OAuthError =
  | 'invalid_grant'
  | 'invalid_client'
  | 'invalid_client_attestation'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_authorization_details'

/**
 * What stops an attack where there is no call to refuse; the code of its answer then, with the status that came before, or
 * 0 where nothing was answered. `client_stops`: an honest client leaves before it gives anything away. `none_found`: what
 * is sought is not there. `never_connects`: a server that was to be led somewhere does not go. `stream_closed`: the server
 * ends what it was sending.
 */
export type Effect = 'client_stops' | 'never_connects' | 'none_found' | 'stream_closed'

/** One attack of the catalogue. */
export interface Attack {
  /** Its number in the catalogue, such as `T4`. */
  readonly id: string
  readonly title: string
  readonly source: AttackSource
  /** What a server has to lack for it to land, in words. */
  readonly needs: string
  /** A program that this machine has to have, as npm cannot bring it. */
  readonly program?: Program
  /** What happens, step by step. */
  readonly steps: readonly string[]
  /** Something of the kind that people know. */
  readonly analog: string
  readonly variants: readonly AttackVariant[]
}

/** One way of doing it. */
export interface AttackVariant {
  /** Its own number, where it has one: several ways may share it. */
  readonly id?: string
  readonly title: string
  /** A text that the agent reads talks it into it: a model can read that in its place. */
  readonly injected?: true
  /** What both servers have in common. */
  readonly common?: SceneOptions
  /** What the weakened one lacks: everything else is the hardened one's. */
  readonly weakened: SceneOptions
  /** Does it; yields the answer that the attacker is after. */
  readonly run: (scene: Scene) => Promise<Answer>
  /** What the hardened server says, and with which status. */
  readonly stoppedBy: RejectionCode | OAuthError | Effect
  readonly status: number
  /** Whether an answer is what the attacker is after; default: 200 with no code. */
  readonly landed?: (answer: Answer) => boolean
  /** Looks at what was left behind, and throws when it is not what it has to be. */
  readonly aftermath?: (scene: Scene, landed: boolean, answer: Answer) => void | Promise<void>
}
