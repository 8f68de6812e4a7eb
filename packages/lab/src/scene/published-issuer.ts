/** An attestation issuer whose keys are fetched from a URL, which somebody else may have had in hands for a while. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTrustFolder } from '@countersign/attestation/node'
import {
  createTrust,
  createTrustList,
  type FetchingPolicy,
  type Trust,
  type TrustList,
  type TrustOptions,
} from '@countersign/attestation/trust'
import type { AttestationEvents } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createStrangersKey, type StrangersKey } from './attestation.ts'
import { createEagerRing } from './eager-keys.ts'
import { createBundleRoot, type KeyServer, lineOf, publishedIssuer, startKeyServer, writeKeySet } from './key-server.ts'
import { signAttestation } from './partner.ts'
import type { AgentKey } from './wire.ts'

/** How its keys get to the guards. */
export interface KeysSetting {
  /** As a plain key set; by default as a bundle whose root is pinned. */
  readonly plain?: true
  /** Each key id that is not known is looked for, at once. */
  readonly eager?: true
  /** After so many milliseconds, or never; default: at once. */
  readonly answering?: { readonly after: number } | 'silent'
  readonly fetching?: Partial<FetchingPolicy>
  /** An older bundle is given out, with a key in it that the newest took back; where that one is remembered. */
  readonly rolledBack?: { readonly newest: 'on_disk' | 'in_memory' | 'forgotten' }
}

/** The issuer, publishing. */
export interface Published {
  readonly server: KeyServer
  /** What the guards trust: this issuer alone. */
  readonly trust: TrustList
  /** Lets the guards forget the keys that they have. */
  invalidate(): Promise<void>
  /** The attacker puts a key into what is given out, signed with what the attacker has. */
  poison(): Promise<void>
  /** The issuer puts it right. */
  repair(): Promise<void>
  /** An attestation under the issuer's own key, or under the attacker's; `keyId` where it says another. */
  attest(
    by: 'issuer' | 'attacker',
    attested: { readonly clientId: string; readonly key: AgentKey },
    keyId?: string,
  ): Promise<string>
  close(): Promise<void>
}

type Keys = Readonly<Record<string, StrangersKey>>

/** Starts publishing, and gives the guards a trust list that has seen as much as the setting says. */
export async function startPublishedIssuer(setting: KeysSetting, events: AttestationEvents): Promise<Published> {
  const [issuer, attacker] = [await createStrangersKey(), await createStrangersKey()]
  const [root, intruder] = [await createBundleRoot(), await createBundleRoot()]
  const own: Keys = { issuer }
  const both: Keys = { issuer, attacker }
  const publish = async (keys: Keys, signer = root): Promise<string> =>
    setting.plain === true ? writeKeySet(keys) : signer.sign(2, keys)
  const server = await startKeyServer(answerWith(setting, await publish(own)))
  const folder = mkdtempSync(join(tmpdir(), 'countersign-trust-'))
  const keys = setting.plain === true ? { jwksUri: server.url } : { bundle: { url: server.url, root: root.publicJwk } }
  const open = (more: Partial<TrustOptions> = {}): Trust =>
    createTrust([lineOf(keys)], {
      verifier: createFastVerifier(),
      events,
      ...(setting.fetching && { fetching: setting.fetching }),
      ...more,
    })

  /** Yesterday the attacker's key was in the bundle still; today a newer one has taken it back. */
  async function rollBack(newest: 'on_disk' | 'in_memory' | 'forgotten'): Promise<Trust> {
    const yesterday = await root.sign(1, both)
    server.answering = { document: await root.sign(2, own, { attacker }) }
    const state = newest === 'on_disk' ? { state: createTrustFolder(folder) } : {}
    const trust = open(state)
    if (newest !== 'forgotten') await trust.ready()
    server.answering = { document: yesterday }
    if (newest !== 'on_disk') return trust
    trust.close()
    return open(state)
  }

  const { rolledBack } = setting
  const trust = rolledBack === undefined ? open() : await rollBack(rolledBack.newest)
  const signers = { issuer, attacker }
  return {
    server,
    trust: setting.eager === true ? trustEagerly(server.url, issuer) : trust,
    invalidate: () => trust.invalidate(),
    async poison() {
      server.answering = { document: await publish(both, intruder) }
    },
    async repair() {
      server.answering = { document: await publish(own) }
    },
    attest: (by, attested, keyId = by) =>
      signAttestation({ issuer: publishedIssuer, privateKey: signers[by].privateKey, keyId }, attested),
    async close() {
      trust.close()
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function trustEagerly(url: string, { publicJwk }: StrangersKey): TrustList {
  return createTrustList(createFastVerifier(), [lineOf(createEagerRing(url, publicJwk))])
}

function answerWith({ answering }: KeysSetting, document: string): KeyServer['answering'] {
  return answering === 'silent' ? answering : { document, ...answering }
}
