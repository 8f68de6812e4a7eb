export * from '../../../packages/lab/src/hunt/hunt.ts'
