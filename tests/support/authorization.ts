export * from '../../packages/lab/src/scene/authorization.ts'
