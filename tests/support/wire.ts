export * from '../../packages/lab/src/scene/wire.ts'
