/** A deployment for the tests of a block. */
import { afterAll, beforeAll } from 'vitest'
import { type Deployment, type DeploymentOptions, startDeployment } from './deployment.ts'

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
