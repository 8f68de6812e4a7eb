/** The stage of one attack: a deployment with a collector beside it, a clock that can be put forward, and names for all. */
import type { TrustEntry } from '@countersign/attestation/trust'
import type { StepUpOptions } from '@countersign/client'
import { type GuardEvent, systemClock } from '@countersign/core'
import { type Collector, startCollector } from './collector.ts'
import { type Deployment, type DeploymentOptions, startDeployment } from './deployment.ts'
import { type InwardIssuer, startInwardIssuer } from './inward-issuer.ts'
import { createPartner, type Partner } from './partner.ts'
import { type ProxiedNotes, startProxiedNotes } from './proxied-notes.ts'
import { type KeysSetting, type Published, startPublishedIssuer } from './published-issuer.ts'

/** What stands on it. */
export interface SceneOptions extends DeploymentOptions {
  /** A trusted attestation issuer whose key the attacker holds; what its line in the trust list says. */
  readonly partner?: Partial<TrustEntry>
  /** Who trusts it; default: the guards. */
  readonly partnerTrustedBy?: 'guards' | 'authorization server'
  /** The guards trust an issuer whose keys they fetch: how those get to them. */
  readonly keys?: KeysSetting
  /** With another server, behind a proxy that ends TLS: the addresses that it believes to be the proxy's. */
  readonly trustedProxies?: readonly string[]
  /** With another server, whose issuer sends it inward when it asks for keys: how the issuer writes this machine. */
  readonly inward?: string
  /** That server fetches with what goes wherever it is sent. */
  readonly naiveFetch?: true
  /** The agent is one that does not look where an authorization code comes from (RFC 9207). */
  readonly heedlessAgent?: true
  /** What the operator of the agent lets it have unasked; default: nothing. */
  readonly stepUp?: StepUpOptions
  /** The servers log all that comes in. */
  readonly carelessLog?: true
}

/** A scene, running. */
export interface Scene extends Deployment {
  readonly collector: Collector
  /** What the guards have told, in the order of telling. */
  readonly events: readonly GuardEvent[]
  /** What the servers have logged. */
  readonly log: readonly string[]
  /** Nobody trusts it where the scene has none. */
  readonly partner: Partner
  /** Where the scene has one. */
  readonly published: Published | undefined
  /** Where the scene has one. */
  readonly proxied: ProxiedNotes | undefined
  /** Where the scene has one. */
  readonly inward: InwardIssuer | undefined
  /** Whether its agent leaves out what would protect it. */
  readonly isAgentHeedless: boolean
  /** What it may have unasked. */
  readonly stepUp: StepUpOptions
  /** Puts the guards' clock forward. */
  letSecondsPass(seconds: number): void
  /** Who answers at an origin, by the name that the stories use. */
  nameOf(url: string): string
  /** Gives a server of the attacker's a part, from now on. */
  castAttacker(url: string): void
}

/** The issuer whose keys the guards fetch. */
export function publishedBy({ published }: Scene): Published {
  if (published === undefined) throw new Error('this scene has no issuer that publishes its keys')
  return published
}

/** The server behind a proxy. */
export function proxiedIn({ proxied }: Scene): ProxiedNotes {
  if (proxied === undefined) throw new Error('this scene has no server behind a proxy')
  return proxied
}

/** The server whose issuer sends it inward. */
export function inwardIn({ inward }: Scene): InwardIssuer {
  if (inward === undefined) throw new Error('this scene has no issuer that leads inward')
  return inward
}

/** One scene with the settings of another in the place of its own. */
export function withSettings(common: SceneOptions, settings: SceneOptions): SceneOptions {
  const weak = [...(common.weak ?? []), ...(settings.weak ?? [])]
  return { ...common, ...settings, guard: { ...common.guard, ...settings.guard }, ...(weak.length > 0 && { weak }) }
}

/** Starts one on free ports of 127.0.0.1; `isWeak` gives its servers the names of vulnerable ones. */
export async function startScene(options: SceneOptions, isWeak: boolean): Promise<Scene> {
  let passed = 0
  const partner = await createPartner(options.partner)
  const events: GuardEvent[] = []
  const log: string[] = []
  const write = (line: string): void => void log.push(line)
  const tell = (event: GuardEvent): void => {
    events.push(event)
    write(JSON.stringify(event))
  }
  const published = options.keys === undefined ? undefined : await startPublishedIssuer(options.keys, tell)
  const guard = {
    clock: () => systemClock() + passed,
    events: tell,
    ...(published !== undefined && { trust: published.trust }),
    ...(isTrusted(options, 'guards') && { trust: partner.trust }),
    ...options.guard,
  }
  const authorizationTrust = isTrusted(options, 'authorization server') && { authorizationTrust: partner.trust }
  const deployment = await startDeployment({
    ...options,
    ...authorizationTrust,
    guard,
    log: { write, withRequests: options.carelessLog === true },
  })
  const collector = await startCollector()
  const { trustedProxies } = options
  const fetching = options.naiveFetch === true ? fetch : undefined
  const inward = options.inward === undefined ? undefined : await startInwardIssuer(options.inward, fetching)
  const proxied = trustedProxies === undefined ? undefined : await startProxiedNotes(trustedProxies)
  const server = isWeak ? 'vuln-mcp' : 'hardened-mcp'
  const cast = new Map([
    [deployment.issuer, 'authorization server'],
    [new URL(deployment.a.resource).origin, server],
    [new URL(deployment.b.resource).origin, `${server}-b`],
    [new URL(collector.url).origin, 'collector'],
    [deployment.attestation?.issuer ?? '', 'attestation issuer'],
    [proxied === undefined ? '' : new URL(proxied.url).origin, server],
    [inward === undefined ? '' : new URL(inward.url).origin, server],
  ])
  return {
    ...deployment,
    collector,
    partner,
    published,
    proxied,
    inward,
    events,
    log,
    letSecondsPass: (seconds) => {
      passed += seconds
    },
    isAgentHeedless: options.heedlessAgent === true,
    stepUp: options.stepUp ?? {},
    castAttacker: (url) => void cast.set(new URL(url).origin, 'attacker'),
    nameOf: (url) => cast.get(new URL(url).origin) ?? 'elsewhere',
    async close() {
      await collector.close()
      await deployment.close()
      await published?.close()
      await proxied?.close()
      await inward?.close()
    },
  }
}

function isTrusted(
  { partner, partnerTrustedBy = 'guards' }: SceneOptions,
  by: SceneOptions['partnerTrustedBy'],
): boolean {
  return partner !== undefined && partnerTrustedBy === by
}
