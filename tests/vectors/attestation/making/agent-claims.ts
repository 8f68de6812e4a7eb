/** Vectors of the `agent` claim of access tokens, which is signed with the token and so needs no signature here. */
import { clientId, issuer, now } from './attestations.ts'
import { keys, type Members } from './keys.ts'

const good: Members = {
  iss: issuer,
  level: 'provider',
  kid: 'k1',
  key: keys.issuer.thumbprint,
  jkt: keys.instance.thumbprint,
  exp: now + 300,
  agent_identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
  agent_integrity: { config_hash: 'sha256:00', system_prompt_hash: 'sha256:01' },
  attestation_metadata: {
    attestation_version: '1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools'],
  },
  assurance: 'measured',
}

/** Makes the content of `agent-claims.json`. */
export function makeAgentClaims() {
  const changed = (title: string, outcome: string, change: Members) => ({
    title,
    outcome,
    agent: { ...good, ...change },
  })
  return {
    source: 'Made by making/agent-claims.ts: what docs/attestation.md says of the agent claim.',
    note: '`outcome` is the binding of what counts, and otherwise the reason why it counts as missing.',
    now,
    clientId,
    accepted: [
      changed('all members', 'key', {}),
      changed('no kid', 'key', { kid: undefined }),
      changed('no key of an instance', 'single_use', { jkt: undefined }),
      changed('nothing that may be left out', 'key', { agent_integrity: undefined, assurance: undefined }),
      changed('a member that nobody knows', 'key', { extra: 1 }),
    ],
    refused: [
      { title: 'a text', outcome: 'object', agent: 'assistant' },
      changed('over, to the second', 'expired', { exp: now }),
      changed('an end that is a text', 'exp', { exp: String(now + 300) }),
      changed('a level that nobody has', 'level', { level: 'root' }),
      changed('the level of nobody', 'level', { level: 'none' }),
      changed('no key that signed', 'key', { key: undefined }),
      changed('a key that signed and is no thumbprint', 'key', { key: 'k1' }),
      changed('a key of an instance that is no thumbprint', 'jkt', { jkt: 'mine' }),
      changed('a kid that is no text', 'kid', { kid: 1 }),
      changed('no issuer', 'iss', { iss: undefined }),
      changed('no identity', 'agent_identity', { agent_identity: undefined }),
      changed('no metadata', 'attestation_metadata', { attestation_metadata: undefined }),
      changed('an assurance that there is not', 'assurance', { assurance: 'certain' }),
    ],
  }
}
