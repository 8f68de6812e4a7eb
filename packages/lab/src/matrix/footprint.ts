/**
 * What an attack touches on the hardened servers, and so which checks it could do without.
 *
 * A run without a check is the same as the run with it, request by request, up to the first at which the check would
 * have done something. Where it did nothing in the whole run, there is no such request, and nothing to run again.
 */
import type { Weakness as AuthorizationWeakness } from '@countersign/authorization-server/unsafe'
import { weaknesses as authorizationWeaknesses } from '@countersign/authorization-server/unsafe'
import type { Exchange } from '../recording/recording.ts'
import type { DeploymentWatch } from '../scene/deployment.ts'
import type { SceneOptions } from '../scene/scene-options.ts'
import { concernsScene, type SceneTouch, type SceneTrace } from '../scene/weak-settings.ts'
import type { Column } from './column.ts'

/** Noted while the attack runs, on the side of the servers. */
export interface Footprint extends DeploymentWatch {
  /** Checks of the guards that objected to something, or established something. */
  readonly checks: ReadonlySet<string>
  /** Paths of the authorization server, once for each request. */
  readonly paths: readonly string[]
  readonly trace: SceneTrace
}

/** An empty one. */
export function createFootprint(): Footprint {
  const checks = new Set<string>()
  const paths: string[] = []
  const touched = new Set<SceneTouch>()
  const codes = new Set<string>()
  return {
    checks,
    paths,
    trace: { touched, codes },
    touched: (what) => void touched.add(what),
    told: (event) => void ('code' in event && codes.add(event.code)),
    guard: (check) => void checks.add(check),
    authorization: (url) => void paths.push(url.split('?')[0] ?? ''),
  }
}

/** What a run was, and what it left behind. */
export interface Run {
  readonly settings: SceneOptions
  readonly footprint: Footprint
  readonly exchanges: readonly Exchange[]
}

/** Whether a run without the check of this column may go another way than the run that left these traces. */
export function canDiffer(column: Column, { settings, footprint, exchanges }: Run): boolean {
  const { checks, paths, trace } = footprint
  if (column.setting !== undefined) return concernsScene(column.setting, settings, trace)
  if (column.part === 'attestation') return checks.has('attestation') || checks.has('legacy_attestation')
  // Where there is no store that could be down nobody falls back.
  if (column.name === 'local_fallback') return settings.shared !== undefined
  if (column.part === 'guard') return column.check === undefined || checks.has(column.check)
  const name = authorizationWeaknesses.find((weakness) => weakness === column.name)
  return name === undefined || concerns[name](readAsked(paths, exchanges))
}

/** What the authorization server was asked for. */
interface Asked {
  readonly authorizes: boolean
  /** Undefined when somebody asked whose requests were not written down. */
  readonly grants: ReadonlySet<string> | undefined
  readonly usesSecret: boolean
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

const asksFor =
  (...grants: readonly string[]) =>
  (asked: Asked): boolean =>
    asked.grants === undefined || grants.some((grant) => asked.grants?.has(grant) === true)

const always = (): boolean => true

/** Where each weakness of the authorization server can show at all. */
const concerns: Readonly<Record<AuthorizationWeakness, (asked: Asked) => boolean>> = {
  pkce_optional: ({ authorizes }) => authorizes,
  consent_ignored: ({ authorizes }) => authorizes,
  shared_secrets: ({ usesSecret, grants }) => usesSecret || grants === undefined,
  assertion_replay: always,
  consume_after_find: always,
  refresh_reuse: asksFor('refresh_token'),
  // Claims are kept by grant: only a person gives one that lasts for more than one token.
  agent_claim_copied: ({ authorizes }) => authorizes,
  count_reset: asksFor('refresh_token', EXCHANGE),
  exchange_rebinds: asksFor(EXCHANGE),
  exchange_retargets: asksFor(EXCHANGE),
  exchange_widens: asksFor(EXCHANGE),
  exchange_forgets: asksFor(EXCHANGE),
}

function readAsked(paths: readonly string[], exchanges: readonly Exchange[]): Asked {
  const requests = exchanges.filter(({ url, method }) => method === 'POST' && URL.parse(url)?.pathname === '/token')
  const isComplete = paths.filter((path) => path === '/token').length <= requests.length
  const grants = new Set(requests.map(({ body }) => new URLSearchParams(body).get('grant_type') ?? ''))
  return {
    authorizes: paths.some((path) => path.startsWith('/authorize')),
    grants: isComplete ? grants : undefined,
    usesSecret: requests.some(
      ({ headers, body }) => headers.authorization !== undefined || new URLSearchParams(body).has('client_secret'),
    ),
  }
}
