/** What can be taken out of the hardened servers, in words: every weakness that the weakened ones know, and no other. */
import type { AttestationWeakness } from '@countersign/attestation/unsafe'
import type { Weakness as AuthorizationWeakness } from '@countersign/authorization-server/unsafe'
import type { Weakness as GuardWeakness } from '@countersign/resource-server/unsafe'
import type { AttackVariant } from '../attack.ts'
import { type Column, type ColumnPart, columns, settingsWithout } from '../matrix/column.ts'
import type { SceneOptions } from '../scene/scene-options.ts'
import type { WeakSetting } from '../scene/weak-settings.ts'

/** By kind of server part; a record of all, so that a new weakness has no words until it is given some here. */
const guardWords: Readonly<Record<GuardWeakness, string>> = {
  known_host: 'Any Host header is taken',
  allowed_origin: 'Web pages of any origin may call',
  audience: 'Tokens for other servers are taken',
  validity: 'Expired tokens are taken',
  revocation: 'Revoked tokens are taken',
  attestation: 'Nobody looks at attestations',
  attestation_policy: 'Tools ask for no attestation',
  sender_binding: 'Bound tokens need no proof',
  proof: 'Proofs are not verified',
  content_digest: 'The body need not be the one that was signed',
  legacy_attestation: 'Nobody looks at attestations in initialize',
  routing_headers: 'Headers may name another tool than the body',
  required_digest: 'Nobody has to sign the body',
  capability: 'Tools ask for no capability',
  scope: 'Every token may call every tool',
  rates: 'No rate limits',
  friction: 'Leaning on one tool costs nothing',
  endpoint_from_request: 'A proof is compared with what the request says of itself',
  single_use_by_bytes: 'Proofs are known by their bytes',
  forged_is_missing: 'A forged attestation counts as none',
  anyones_session: 'Whoever names a session owns it',
  lenient_json: 'Of two members of one name the last wins',
  undeclared_is_open: 'What is not declared needs nothing',
  any_capability: 'Any capability allows every call of its tool',
  capability_window: 'Capabilities are good at any time',
  reusable_continuations: 'A continuation is good for many',
  first_message_only: 'Of a batch only the first call is judged',
  no_single_use: 'No proof is remembered',
  single_use_of_allowed_only: 'Only proofs of allowed calls are remembered',
  no_capability_count: 'Uses of capabilities are not counted',
  endless_streams: 'Streams outlive their token',
  credentials_handed_on: 'The server behind the guard is given its caller’s credentials',
  local_fallback: 'While the shared store is down each process remembers for itself',
}

const attestationWords: Readonly<Record<AttestationWeakness, string>> = {
  any_issuer: 'A stranger counts as an issuer',
  no_signature: 'No signature is verified',
  embedded_key: 'A key in the header wins',
  no_key_binding: 'Anybody may show it',
  no_single_use: 'It may be used many times',
  no_audience: 'It may be for another server',
  any_provider: 'An issuer may speak for all providers',
  no_expiry: 'No time is looked at',
  no_client_binding: "It may be another client's",
  keys_fail_open: 'Without keys it counts as verified',
}

const authorizationWords: Readonly<Record<AuthorizationWeakness, string>> = {
  pkce_optional: 'Codes without PKCE',
  shared_secrets: 'Clients with secrets',
  assertion_replay: 'No client assertion is remembered',
  refresh_reuse: 'A refresh token is good for many uses',
  consume_after_find: 'First looked up, then written down',
  agent_claim_copied: 'An attestation is carried along over refreshes',
  consent_ignored: 'What a person unticked is granted',
  count_reset: 'A capability begins anew with each refresh',
  exchange_rebinds: 'Anybody may exchange a token, under any key',
  exchange_retargets: 'A token may be exchanged for any server',
  exchange_widens: 'A token may be exchanged for more',
  exchange_forgets: 'An exchanged token forgets whose it was',
}

const settingWords: Readonly<Record<WeakSetting, string>> = {
  long_lived_tokens: 'Tokens live for an hour',
  client_attestation_optional: 'Clients need no attestation for a token',
  capabilities_unapproved: 'No person is asked before a capability is given',
  forgetful_ledger: 'What was used is forgotten too early',
  stretched_tolerance: 'Clocks may be wrong by five minutes',
  no_limits: 'Requests may be as large and slow as they like',
  naive_fetch: 'Keys are fetched from wherever a URL leads',
  everyone_is_the_proxy: 'Everybody counts as the proxy that ends TLS',
  careless_log: 'All that comes in is logged',
  plain_key_set: 'Keys of issuers come unsigned',
  older_bundles: 'An older bundle of keys is as good as a newer one',
  eager_keys: 'Each unknown key is looked for at once',
  unheard_events: 'Word of a stolen key reaches nobody',
  heedless_agent: 'The agent does not look where a code comes from',
  scopes_unasked: 'The agent may fetch every scope by itself',
  capabilities_unasked: 'The agent may ask for every capability by itself',
  epoch_ignored: 'A store that comes back counts as one that forgot nothing',
}

/** One of them as the page knows it. */
export interface NamedWeakness {
  /** Such as `guard:audience`. */
  readonly id: string
  readonly words: string
}

/** Those of one part, under a heading. */
export interface WeaknessGroup {
  readonly title: string
  readonly weaknesses: readonly NamedWeakness[]
}

const words: Readonly<Record<ColumnPart, Readonly<Record<string, string>>>> = {
  guard: guardWords,
  attestation: attestationWords,
  authorization: authorizationWords,
  setting: settingWords,
}

const groups: readonly { readonly title: string; readonly holds: (column: Column) => boolean }[] = [
  { title: 'Checks of the guard, left out', holds: ({ part, how }) => part === 'guard' && how === 'left out' },
  { title: 'The guard, weaker', holds: ({ part, how }) => part === 'guard' && how !== 'left out' },
  { title: 'Verifying attestations', holds: ({ part }) => part === 'attestation' },
  { title: 'The authorization server', holds: ({ part }) => part === 'authorization' },
  { title: 'Settings', holds: ({ part }) => part === 'setting' },
]

/** All of them, as they are chosen from. */
export function listWeaknesses(): readonly WeaknessGroup[] {
  return groups.map(({ title, holds }) => ({
    title,
    weaknesses: columns.filter(holds).map(({ id, part, name }) => ({ id, words: words[part][name] ?? name })),
  }))
}

/** The weaknesses with these ids; undefined where one is none. */
export function readWeaknesses(ids: readonly string[]): readonly Column[] | undefined {
  const chosen = columns.filter(({ id }) => ids.includes(id))
  return chosen.length === new Set(ids).size ? chosen : undefined
}

/** The ids of what a scene lacks. */
export function nameWeaknesses(options: SceneOptions): readonly string[] {
  const { weak = [], weakAttestation = [], authorization, weakSettings = [] } = options
  return [
    ...weak.map((each) => `guard:${each}`),
    ...weakAttestation.map((each) => `attestation:${each}`),
    ...(authorization?.weaknesses ?? []).map((each) => `authorization:${each}`),
    ...weakSettings.map((each) => `setting:${each}`),
  ]
}

/** The hardened servers of a variant without these. */
export function takeOut(variant: AttackVariant, without: readonly Column[]): SceneOptions {
  return settingsWithout(variant, {
    takeOut: (settings) => without.reduce((weaker, column) => column.takeOut(weaker), settings),
  })
}
