/** Calls of a scene's guard, and what becomes of them. */
import type { Caller } from '../decision.ts'
import type { RequestParts, Scene } from './scene.test-fixture.ts'

/** The caller as a tool sees it, or `code reason` of the refusal; `scene.events` holds what was told of this call. */
export async function callWith(
  scene: Scene,
  parts?: RequestParts,
): Promise<Omit<Caller, 'scopes' | 'expires'> | string> {
  const request = await scene.request(parts)
  scene.events.length = 0
  const answer = await scene.guard.check(request)
  if (!(answer instanceof Response)) return answer.authInfo.extra.countersign
  const refused = scene.events.find(({ type }) => type === 'refused')
  if (refused?.type !== 'refused') throw new Error('refused, and nobody was told')
  return [refused.code, refused.reason].filter((word) => word !== undefined).join(' ')
}

/** A good call with this attestation. */
export function withAttestation(attestation: string): RequestParts {
  return { headers: { 'oauth-client-attestation': attestation } }
}
