/** Elsewhere: WebCrypto. */
export { createPortableVerifier as createDefaultVerifier } from '@countersign/core'
