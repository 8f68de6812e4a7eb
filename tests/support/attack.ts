/** An attack, told twice: against the server with one weakness, where it lands, and against the hardened one, where it is stopped. */
import type { RejectionCode } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deployment, type DeploymentOptions, startDeployment } from './deployment.ts'
import type { Answer } from './wire.ts'

export interface Attack {
  /** As the catalogue of attacks numbers it, with what the attacker does. */
  readonly title: string
  /** What the server must lack for it to land. */
  readonly weakened: DeploymentOptions
  /** What both servers have in common. */
  readonly common?: DeploymentOptions
  /** Does it; yields the answer that the attacker is after. */
  readonly run: (deployment: Deployment) => Promise<Answer>
  /** What the hardened server says. */
  readonly stoppedBy: RejectionCode | OAuthError
  readonly status: number
  /** Looks at what was left behind; `landed` says on which server. */
  readonly aftermath?: (deployment: Deployment, landed: boolean, answer: Answer) => void | Promise<void>
}

/** What an authorization server says no with. */
type OAuthError =
  | 'invalid_grant'
  | 'invalid_client'
  | 'invalid_client_attestation'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_authorization_details'

/** Declares both tests. */
export function describeAttack({ title, weakened, common = {}, run, stoppedBy, status, aftermath }: Attack): void {
  describe(title, () => {
    describe('against the weakened server', () => {
      const deployment = useDeployment({ ...common, ...weakened, guard: { ...common.guard, ...weakened.guard } })
      it('lands', async () => {
        const answer = await run(deployment())
        expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: expect.any(String) })
        await aftermath?.(deployment(), true, answer)
      })
    })
    describe('against the hardened server', () => {
      const deployment = useDeployment(common)
      it(`is stopped with ${stoppedBy}`, async () => {
        const answer = await run(deployment())
        expect({ status: answer.status, code: answer.code }).toEqual({ status, code: stoppedBy })
        await aftermath?.(deployment(), false, answer)
      })
    })
  })
}

/** Starts a deployment before the tests of a block and closes it after them. */
export function useDeployment(options: DeploymentOptions = {}): () => Deployment {
  let deployment: Deployment | undefined
  beforeAll(async () => {
    deployment = await startDeployment(options)
  })
  afterAll(() => deployment?.close())
  return () => {
    if (deployment === undefined) throw new Error('the deployment has not started')
    return deployment
  }
}
