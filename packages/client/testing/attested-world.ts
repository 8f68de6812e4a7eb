/** A world with an attestation issuer that both of its servers trust. */
import { exportJWK, generateKeyPair } from 'jose'
import type { Agent, AgentOptions } from '../src/agent.ts'
import { attestFrom } from '../src/attestation/attest-from.ts'
import type { AttestationSource } from '../src/attestation/attestation-source.ts'
import { type AttestationCheck, createAttestationCheck } from './attestation-check.ts'
import { type HonestAttestationIssuer, startAttestationIssuer } from './honest-attestation-issuer.ts'
import { startWorld, type World, type WorldSetup } from './world.ts'

/** The parts. */
export interface AttestedWorld {
  readonly world: World
  readonly issuer: HonestAttestationIssuer
  /** The resource server's, and the authorization server's. */
  readonly checks: { readonly notes: AttestationCheck; readonly authorization: AttestationCheck }
  /** A source of its own each time. */
  source(): AttestationSource
  /** An agent with a source. */
  agent(options?: Partial<AgentOptions>): Promise<Agent>
  /** How many attestations were asked for. */
  asked(): number
}

/** Starts everything; both servers prefer attestations, and say so. */
export async function startAttestedWorld(
  onTestFinished: (stop: () => Promise<void>) => void,
  setup: WorldSetup = {},
): Promise<AttestedWorld> {
  const world = await startWorld(onTestFinished, setup)
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const issuer = await startAttestationIssuer({ clock: world.clock, deploymentJwk: await exportJWK(publicKey) })
  onTestFinished(issuer.close)
  const trusted = { issuer: issuer.origin, publicJwk: issuer.publicJwk }
  const checks = {
    notes: createAttestationCheck(trusted, world.clock),
    authorization: createAttestationCheck(trusted, world.clock),
  }
  world.notes.attestation = checks.notes
  world.authorization.attestation = checks.authorization
  const privateJwk = await exportJWK(privateKey)
  const source = () => attestFrom({ issuer: issuer.origin, clientId: 'agent', privateJwk, clock: world.clock })
  return {
    world,
    issuer,
    checks,
    source,
    agent: (options) => world.agent({ attestation: source(), ...options }),
    asked: () => issuer.received.filter(({ url }) => url.pathname === '/attest').length,
  }
}
