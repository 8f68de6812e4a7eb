export * from '../../packages/lab/src/scene/person.ts'
