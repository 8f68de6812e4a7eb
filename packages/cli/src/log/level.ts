/** How much a log tells. Apart from it, so that help need not load a logger. */

/** From the least to the most that is told. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const

/** How much is told. */
export type LogLevel = (typeof LOG_LEVELS)[number]
