/** The columns of the ablation matrix: every weakness that the servers know, as they list them, and every setting that can be wrong, each by itself. */
import { attestationWeaknesses } from '@countersign/attestation/unsafe'
import { weaknesses as authorizationWeaknesses } from '@countersign/authorization-server/unsafe'
import { checkOfWeakness, weaknesses as guardWeaknesses, removableChecks } from '@countersign/resource-server/unsafe'
import type { AttackVariant } from '../attack.ts'
import type { SceneOptions } from '../scene/scene-options.ts'
import { type WeakSetting, weakSettings } from '../scene/weak-settings.ts'

/** Whose check it is: the guard's, its verifier's of attestations, the authorization server's; or an operator's to set. */
export type ColumnPart = 'guard' | 'attestation' | 'authorization' | 'setting'

/** One check that is taken out of the hardened server, or one setting that is got wrong. */
export interface Column {
  /** Such as `guard:audience`. */
  readonly id: string
  readonly part: ColumnPart
  readonly name: string
  /** What becomes of the check. */
  readonly how: 'left out' | 'done weakly' | 'set wrongly'
  /** In the guard: the check that it is, or that it is a weak form of. */
  readonly check?: string
  /** Where it is one. */
  readonly setting?: WeakSetting
  /** The same servers without it. */
  readonly takeOut: (settings: SceneOptions) => SceneOptions
}

const ofGuard = guardWeaknesses.map((name): Column => {
  const check = checkOfWeakness(name)
  return {
    id: `guard:${name}`,
    part: 'guard',
    name,
    how: removableChecks.some((each) => each === name) ? 'left out' : 'done weakly',
    ...(check !== undefined && { check }),
    takeOut: (settings) => ({ ...settings, weak: [...(settings.weak ?? []), name] }),
  }
})

const ofAttestation = attestationWeaknesses.map(
  (name): Column => ({
    id: `attestation:${name}`,
    part: 'attestation',
    name,
    how: 'done weakly',
    takeOut: (settings) => ({ ...settings, weakAttestation: [...(settings.weakAttestation ?? []), name] }),
  }),
)

const ofAuthorization = authorizationWeaknesses.map(
  (name): Column => ({
    id: `authorization:${name}`,
    part: 'authorization',
    name,
    how: 'done weakly',
    takeOut: ({ authorization, ...settings }) => ({
      ...settings,
      authorization: { ...authorization, weaknesses: [...(authorization?.weaknesses ?? []), name] },
    }),
  }),
)

const ofOperators = weakSettings.map(
  (name): Column => ({
    id: `setting:${name}`,
    part: 'setting',
    name,
    how: 'set wrongly',
    setting: name,
    takeOut: (settings) => ({ ...settings, weakSettings: [...(settings.weakSettings ?? []), name] }),
  }),
)

/** All of them. */
export const columns: readonly Column[] = [...ofGuard, ...ofAttestation, ...ofAuthorization, ...ofOperators]

/** The hardened servers of a variant without the check of a column, and weaker by nothing else. */
export function settingsWithout(
  { common = {}, weakened }: AttackVariant,
  { takeOut }: Pick<Column, 'takeOut'>,
): SceneOptions {
  const { authorization, ...settings } = takeOut(common)
  if (authorization === undefined) return settings
  // What a secret is, where clients have secrets, is no weakness by itself.
  const secrets = weakened.authorization?.secrets
  return { ...settings, authorization: { ...authorization, ...(secrets !== undefined && { secrets }) } }
}
