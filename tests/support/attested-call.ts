export * from '../../packages/lab/src/scene/attested-call.ts'
