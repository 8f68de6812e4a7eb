/** An OAuth 2.1 authorization server for MCP: bound tokens, one audience, single use. */
export { type AuthorizationServer, createAuthorizationServer } from './authorization-server.ts'
export type {
  AuthorizationServerOptions,
  ClientAuthentication,
  ClientRegistration,
  GrantType,
  IntrospectionRegistration,
  ResourceRegistration,
  Revocation,
  SpiffeTrustDomain,
  ToolRegistration,
  UserRegistration,
} from './configuration/options.ts'
export type { Log, LogEntry } from './log.ts'
