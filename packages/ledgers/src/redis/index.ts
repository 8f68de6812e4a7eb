/** Single use, and what processes tell one another, on Redis. */
export { StoreUnusable, type StoreUnusableFault } from '../shared/store-unusable.ts'
