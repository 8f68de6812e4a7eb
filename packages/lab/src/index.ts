/** The lab: every attack as data, run against a weakened server and against the hardened one. */
export type { Attack, AttackSource, AttackVariant, Effect, OAuthError } from './attack.ts'
export { attacks } from './attacks/catalogue.ts'
export { createModelMind, ModelFailed, type ModelOptions } from './model/model-mind.ts'
export { findMissing, keepRunnable, type Runnable } from './programs.ts'
export { maskSecrets, type SecretKind } from './recording/mask.ts'
export {
  asAttacker,
  type Exchange,
  type ExchangeAnswer,
  recordExchanges,
  recordedFetch,
  type Sender,
} from './recording/recording.ts'
export {
  type AttackOutcome,
  type AttackResult,
  type NamedExchange,
  notObeyed,
  type RunAllOptions,
  type RunOptions,
  runAttack,
  runAttacks,
  runVariant,
  type Side,
  type VariantOutcome,
} from './run-attack.ts'
export * from './scene/agent.ts'
export * from './scene/attestation.ts'
export * from './scene/attested-call.ts'
export * from './scene/attested-token.ts'
export * from './scene/authorization.ts'
export * from './scene/capability-tokens.ts'
export * from './scene/capability-tools.ts'
export * from './scene/captures.ts'
export * from './scene/collector.ts'
export * from './scene/deployment.ts'
export type { NotesDeployment } from './scene/guarded-notes.ts'
export * from './scene/key-server.ts'
export * from './scene/legacy-session.ts'
export * from './scene/login.ts'
export * from './scene/mix-up-server.ts'
export * from './scene/obedient-agent.ts'
export * from './scene/orders.ts'
export * from './scene/partner.ts'
export * from './scene/person.ts'
export * from './scene/scene.ts'
export * from './scene/scene-options.ts'
export * from './scene/sessionful-handler.ts'
export * from './scene/stream.ts'
export * from './scene/wire.ts'
