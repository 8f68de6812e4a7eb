export * from '../../packages/lab/src/scene/sessionful-handler.ts'
