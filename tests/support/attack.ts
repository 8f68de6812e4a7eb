/** A deployment for the tests of a block. */
import { type Deployment, type DeploymentOptions, startDeployment } from '@countersign/lab'
import { afterAll, beforeAll } from 'vitest'

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
