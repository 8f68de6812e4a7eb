/** An OAuth 2.1 authorization server for MCP: bound tokens, one audience, single use. */
export { type AuthorizationServer, createAuthorizationServer } from './authorization-server.ts'
export type {
  AuthorizationServerOptions,
  ClientAuthentication,
  ClientRegistration,
  EncryptionOptions,
  GrantType,
  IntrospectionRegistration,
  KeyOptions,
  ResourceRegistration,
  Revocation,
  SpiffeTrustDomain,
  ToolRegistration,
  UserRegistration,
} from './configuration/options.ts'
export type { KeyState } from './keys/key-schedule.ts'
export type { KeyDescription } from './keys/signing-keys.ts'
export { SecretsUnreadable } from './keys/vault.ts'
export type { Log, LogEntry } from './log.ts'
