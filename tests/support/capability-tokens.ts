export * from '../../packages/lab/src/scene/capability-tokens.ts'
