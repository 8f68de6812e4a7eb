/** Whether tokens were revoked: by their issuers' feeds, and by asking where those can't be read. */
import { type Awaitable, type Clock, type Events, type Refused, refuse } from '@countersign/core'
import type { AccessToken } from '../access-token.ts'
import type { Introspector } from '../introspection/introspector.ts'
import type { RevocationWatch } from '../revocation-watch.ts'
import type { RevocationFeed } from './revocation-feed.ts'
import { createTokenWatch } from './token-watch.ts'

/** What can be found out from one issuer. */
export interface RevocationSources {
  readonly feed?: RevocationFeed
  readonly introspector?: Introspector
}

/** Says of every token whether it still stands. */
export interface TokenRevocations extends RevocationWatch {
  /**
   * Refuses `invalid_token` for a token that was revoked, `revocations_unavailable` when nobody can say. At once, but
   * where the feed has to be waited for; `text` is the token itself.
   */
  judge(token: AccessToken, text: string): Refused | undefined | Promise<Refused | undefined>
  /** To be called when a feed has grown. */
  readonly changed: () => void
}

/** Seconds for which an answer about a single token is taken while its issuer's feed can't be read. */
const answerAge = 2
/** The same for tokens of open streams, which are looked at every second. */
const watchedAnswerAge = 1

type Objection = Refused | undefined

/** What judging takes beside the issuers. */
export interface RevocationParts {
  readonly clock: Clock
  readonly events: Events | undefined
  /** Whether the token was issued on the word of a key that is known here to be revoked. */
  readonly hasRevokedKey: (token: AccessToken) => boolean
  /** Whether that is all that there is to know of that key here; false where nobody can say. */
  readonly recallsKey: (token: AccessToken) => Awaitable<boolean>
}

/** `sources` by issuer. Tells of an issuer whose JWTs turn out to be good until they expire, whatever happens. */
export function createTokenRevocations(
  sources: ReadonlyMap<string, RevocationSources>,
  { clock, events, hasRevokedKey, recallsKey }: RevocationParts,
): TokenRevocations {
  const unrevocable = new Set<string>()

  function tellOnce(issuer: string): void {
    if (unrevocable.has(issuer)) return
    unrevocable.add(issuer)
    events?.({ type: 'weakened_by_configuration', issuer, losses: ['no_revocation'] })
  }

  function judge(token: AccessToken, text: string): Objection | Promise<Objection> {
    if (hasRevokedKey(token)) return refuse('invalid_token', 'revoked')
    const recalled = recallsKey(token)
    return recalled === true ? judgeByFeed(token, text) : judgeRecalled(recalled, token, text)
  }

  /** After a restart: the key may have been revoked before. */
  async function judgeRecalled(recalled: Awaitable<boolean>, token: AccessToken, text: string): Promise<Objection> {
    if (!(await recalled)) return refuse('revocations_unavailable')
    return hasRevokedKey(token) ? refuse('invalid_token', 'revoked') : judgeByFeed(token, text)
  }

  function judgeByFeed(token: AccessToken, text: string): Objection | Promise<Objection> {
    const { feed, introspector } = sources.get(token.issuer) ?? {}
    if (feed === undefined) return undefined
    if (token.source === 'jwt' && feed.isMissing()) tellOnce(token.issuer)
    const decide = (isKnown: boolean): Objection | Promise<Objection> => {
      if (feed.list.ends(token)) return refuse('invalid_token', 'revoked')
      if (isKnown) return undefined
      return introspector === undefined ? refuse('revocations_unavailable') : ask(introspector, token, text, answerAge)
    }
    const consulted = feed.consult()
    return consulted instanceof Promise ? consulted.then(decide) : decide(consulted)
  }

  const { watch, onChange, notify, hasEnded } = createTokenWatch({
    clock,
    isWatchable: ({ issuer, source }) => {
      const { feed, introspector } = sources.get(issuer) ?? {}
      return feed !== undefined || (introspector !== undefined && source === 'introspection')
    },
    poll: async (issuers) => {
      await Promise.all([...issuers].map((issuer) => sources.get(issuer)?.feed?.poll()))
    },
    async judge(token, text) {
      // Without a feed that is new enough, the longest doubt is over already.
      if ((await judge(token, text)) !== undefined) return 'over'
      const { feed, introspector } = sources.get(token.issuer) ?? {}
      if (introspector === undefined || token.source !== 'introspection' || feed?.isInUse()) return 'good'
      const refused = await ask(introspector, token, text, watchedAnswerAge)
      if (refused === undefined) return 'good'
      return refused.rejection.code === 'revocations_unavailable' ? 'doubtful' : 'over'
    },
  })

  return {
    judge,
    watch,
    onChange,
    changed: notify,
    isRevoked: (token) =>
      hasEnded(token) || hasRevokedKey(token) || (sources.get(token.issuer)?.feed?.list.ends(token) ?? false),
  }
}

/** Asks the issuer whether the token is still good. */
async function ask(introspector: Introspector, { ath }: AccessToken, text: string, maxAge: number): Promise<Objection> {
  const answer = await introspector.introspect(text, ath, maxAge)
  if (answer.ok) return undefined
  const unavailable = answer.rejection.code === 'introspection_unavailable'
  return unavailable ? refuse('revocations_unavailable') : refuse('invalid_token', 'revoked')
}
