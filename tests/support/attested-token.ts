export * from '../../packages/lab/src/scene/attested-token.ts'
