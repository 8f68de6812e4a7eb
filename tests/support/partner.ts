export * from '../../packages/lab/src/scene/partner.ts'
