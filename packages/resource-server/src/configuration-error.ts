/** Thrown while a guard is being set up: the operator can cure it, a caller can't cause it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
