/** The stage of one attack: a deployment with a collector beside it, a clock that can be put forward, and names for all. */
import type { StepUpOptions } from '@countersign/client'
import { type GuardEvent, systemClock } from '@countersign/core'
import { isInstalled, NotInstalled } from '@countersign/store-servers'
import { type Collector, startCollector } from './collector.ts'
import { type Deployment, startDeployment } from './deployment.ts'
import { type InwardIssuer, startInwardIssuer } from './inward-issuer.ts'
import { type Mind, obey } from './obedient-agent.ts'
import type { Instruction } from './orders.ts'
import { createPartner, type Partner } from './partner.ts'
import { type ProxiedNotes, startProxiedNotes } from './proxied-notes.ts'
import { type Published, startPublishedIssuer } from './published-issuer.ts'
import type { SceneOptions } from './scene-options.ts'
import { type SharedNotes, startSharedNotes } from './shared-notes.ts'
import { applyWeakSettings } from './weak-settings.ts'
import { noAnswer } from './wire.ts'

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
  /** Where the scene has them. */
  readonly shared: SharedNotes | undefined
  /** Whether its agent leaves out what would protect it. */
  readonly isAgentHeedless: boolean
  /** What it may have unasked. */
  readonly stepUp: StepUpOptions
  /** Who decides what the agent does; reaches nobody but those on the stage. */
  readonly mind: Mind
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

/** The processes that share a store. */
export function sharedIn({ shared }: Scene): SharedNotes {
  if (shared === undefined) throw new Error('this scene has no processes that share a store')
  return shared
}

/** Starts one on free ports of 127.0.0.1; `isWeak` gives its servers the names of vulnerable ones. */
export async function startScene(given: SceneOptions, isWeak: boolean): Promise<Scene> {
  const options = applyWeakSettings(given)
  // Before anything stands that would have to be taken down.
  if (options.shared !== undefined && !isInstalled('redis-server')) throw new NotInstalled('redis-server')
  const { watch } = options
  let passed = 0
  const partner = await createPartner(options.partner)
  const events: GuardEvent[] = []
  const log: string[] = []
  const write = (line: string): void => void log.push(line)
  const tell = (event: GuardEvent): void => {
    events.push(event)
    watch?.told(event)
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
  const place = { resource: deployment.a.resource, issuer: deployment.issuer }
  const shared =
    options.shared === undefined
      ? undefined
      : await startSharedNotes({ ...place, setting: options.shared }, { ...options, guard })
  const server = isWeak ? 'vuln-mcp' : 'hardened-mcp'
  const cast = new Map([
    [deployment.issuer, 'authorization server'],
    [new URL(deployment.a.resource).origin, server],
    [new URL(deployment.b.resource).origin, `${server}-b`],
    [new URL(collector.url).origin, 'collector'],
    [deployment.attestation?.issuer ?? '', 'attestation issuer'],
    [proxied === undefined ? '' : new URL(proxied.url).origin, server],
    [inward === undefined ? '' : new URL(inward.url).origin, server],
    [shared === undefined ? '' : new URL(shared.one.url).origin, server],
    [shared === undefined ? '' : new URL(shared.other.url).origin, `${server}-b`],
  ])
  const nameOf = (url: string): string => cast.get(new URL(url).origin) ?? 'elsewhere'
  const { mind = obey } = options
  return {
    ...deployment,
    collector,
    partner,
    published,
    proxied,
    inward,
    shared,
    events,
    get log() {
      watch?.touched('log')
      return log
    },
    letSecondsPass: (seconds) => {
      watch?.touched('clock')
      passed += seconds
    },
    get isAgentHeedless() {
      watch?.touched('agent')
      return options.heedlessAgent === true
    },
    get stepUp() {
      watch?.touched('agent')
      return options.stepUp ?? {}
    },
    castAttacker: (url) => void cast.set(new URL(url).origin, 'attacker'),
    mind: (act) => mind((instruction) => (leadsAway(instruction, nameOf) ? nowhere : act(instruction))),
    nameOf,
    async close() {
      await collector.close()
      await deployment.close()
      await published?.close()
      await proxied?.close()
      await inward?.close()
      await shared?.close()
    },
  }
}

const nowhere = Promise.resolve(noAnswer('unreachable'))

/** A model may be led anywhere, and what it carries is to stay here. */
function leadsAway(instruction: Instruction, nameOf: Scene['nameOf']): boolean {
  const url = instruction.do === 'call' ? instruction.at : instruction.to
  return url !== undefined && nameOf(url) === 'elsewhere'
}

function isTrusted(
  { partner, partnerTrustedBy = 'guards' }: SceneOptions,
  by: SceneOptions['partnerTrustedBy'],
): boolean {
  return partner !== undefined && partnerTrustedBy === by
}
