export * from '../../packages/lab/src/scene/agent.ts'
