export * from '../../packages/lab/src/scene/key-server.ts'
