export * from '../../packages/lab/src/scene/capability-tools.ts'
