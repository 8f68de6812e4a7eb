export * from '../../packages/lab/src/scene/deployment.ts'
