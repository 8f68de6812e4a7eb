/** Settings that an operator can get wrong, while every check is in its place: each by itself makes some attack land. */
import { notesPolicy, notesScopes } from '@countersign/notes-server'
import type { SceneOptions } from './scene-options.ts'

/** All of them. */
export const weakSettings = [
  'long_lived_tokens',
  'client_attestation_optional',
  'capabilities_unapproved',
  'forgetful_ledger',
  'stretched_tolerance',
  'no_limits',
  'naive_fetch',
  'everyone_is_the_proxy',
  'careless_log',
  'plain_key_set',
  'older_bundles',
  'eager_keys',
  'unheard_events',
  'heedless_agent',
  'scopes_unasked',
  'capabilities_unasked',
  'epoch_ignored',
] as const

/** One of them. */
export type WeakSetting = (typeof weakSettings)[number]

/** What became of a run: where it came to something that a setting governs. */
export interface SceneTrace {
  /** The agent's own settings were asked for, or the log was; the clock was put forward. */
  readonly touched: ReadonlySet<SceneTouch>
  /** Codes with which the guards refused. */
  readonly codes: ReadonlySet<string>
}

/** What a run may come to. */
export type SceneTouch = 'agent' | 'log' | 'clock'

interface Rule {
  /** The same scene with it set wrongly; as it was, where the scene has no such setting. */
  readonly weaken: (options: SceneOptions) => SceneOptions
  /** Whether a run that left this trace could have gone another way; default: wherever the scene has the setting. */
  readonly concerns?: (trace: SceneTrace) => boolean
}

const LIMITS = { jsonDepth: 100_000, batchLength: 100_000, bodyBytes: 10_000_000, bodySeconds: 60 }

/** Where each is set, and what to. */
const rules: Readonly<Record<WeakSetting, Rule>> = {
  long_lived_tokens: {
    weaken: (options) => ({ ...options, accessTokenLifetime: 3600 }),
    concerns: ({ touched }) => touched.has('clock'),
  },
  client_attestation_optional: {
    weaken: (options) =>
      options.clientAttestation === undefined ? options : { ...options, clientAttestation: 'optional' },
  },
  capabilities_unapproved: {
    weaken: (options) => {
      const { capabilities = {} } = options
      const isApproved = Object.values(capabilities).some(({ approval }) => approval !== 'none')
      return isApproved ? { ...options, capabilities: withoutApproval(capabilities) } : options
    },
  },
  forgetful_ledger: {
    // Forgets each thing when its window would be over if it had been made in this moment, by a clock like its own.
    weaken: (options) =>
      options.durable !== true && options.capabilities === undefined
        ? options
        : { ...options, bendSpend: (spend, now) => ({ ...spend, until: Math.min(spend.until, Math.floor(now) + 60) }) },
    concerns: ({ touched }) => touched.has('clock'),
  },
  stretched_tolerance: {
    weaken: ({ guard, ...options }) => ({
      ...options,
      guard: { ...guard, attestationTimes: { skew: 300 }, proofs: { ...guard?.proofs, maxAge: 300 } },
    }),
    concerns: ({ touched, codes }) =>
      touched.has('clock') || ['use_dpop_nonce', 'attestation_expired'].some((code) => codes.has(code)),
  },
  no_limits: {
    weaken: ({ guard, ...options }) => ({ ...options, guard: { ...guard, limits: LIMITS } }),
    concerns: ({ codes }) =>
      ['malformed_body', 'body_too_large', 'body_timeout', 'malformed_request'].some((code) => codes.has(code)),
  },
  naive_fetch: {
    weaken: (options) => (options.inward === undefined ? options : { ...options, naiveFetch: true }),
  },
  everyone_is_the_proxy: {
    weaken: (options) =>
      options.trustedProxies === undefined ? options : { ...options, trustedProxies: ['0.0.0.0/0'] },
  },
  careless_log: {
    weaken: (options) => ({ ...options, carelessLog: true }),
    concerns: ({ touched }) => touched.has('log'),
  },
  plain_key_set: {
    weaken: (options) =>
      options.keys === undefined || options.keys.rolledBack !== undefined
        ? options
        : { ...options, keys: { ...options.keys, plain: true } },
  },
  older_bundles: {
    // What knows of no newer bundle is as good as one that compares no numbers.
    weaken: (options) =>
      options.keys?.rolledBack === undefined
        ? options
        : { ...options, keys: { ...options.keys, rolledBack: { newest: 'forgotten' } } },
  },
  eager_keys: {
    weaken: (options) =>
      options.keys?.plain === undefined ? options : { ...options, keys: { ...options.keys, eager: true } },
  },
  unheard_events: {
    // A server that nobody can tell of a stolen key believes in it until it fetches the keys anew.
    weaken: (options) =>
      options.guard?.securityEvents === undefined
        ? options
        : { ...options, guard: { ...options.guard, securityEvents: '/nobody-knows' } },
  },
  heedless_agent: {
    weaken: (options) => ({ ...options, heedlessAgent: true }),
    concerns: ({ touched }) => touched.has('agent'),
  },
  scopes_unasked: {
    weaken: ({ stepUp, ...options }) => ({ ...options, stepUp: { ...stepUp, scopes: Object.keys(notesScopes) } }),
    concerns: ({ touched }) => touched.has('agent'),
  },
  capabilities_unasked: {
    weaken: ({ stepUp, ...options }) => ({
      ...options,
      stepUp: { ...stepUp, capabilities: Object.keys(notesPolicy.tools) },
    }),
    concerns: ({ touched }) => touched.has('agent'),
  },
  epoch_ignored: {
    weaken: (options) =>
      options.shared === undefined ? options : { ...options, shared: { ...options.shared, epoch: 'ignored' } },
  },
}

/** The scene as it is set up in the end. */
export function applyWeakSettings(options: SceneOptions): SceneOptions {
  return (options.weakSettings ?? []).reduce((weaker, name) => rules[name].weaken(weaker), options)
}

/** Whether a run of this scene, which left this trace, could have gone another way with the setting wrong. */
export function concernsScene(name: WeakSetting, options: SceneOptions, trace: SceneTrace): boolean {
  const { weaken, concerns } = rules[name]
  return concerns === undefined ? weaken(options) !== options : concerns(trace)
}

function withoutApproval(capabilities: NonNullable<SceneOptions['capabilities']>): typeof capabilities {
  return Object.fromEntries(
    Object.entries(capabilities).map(([tool, needed]) => [tool, { ...needed, approval: 'none' }]),
  )
}
