export * from '../../packages/lab/src/scene/attestation.ts'
