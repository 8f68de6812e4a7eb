/** How much there may be of everything: what comes in is somebody else's, and what is granted stays small. */

/** Of one entry: nesting, values of any type, and UTF-16 units of all texts and names together. */
export const entryLimits = { depth: 12, values: 1024, units: 8192 } as const

/** Entries of `authorization_details` in one token or request. */
export const MOST_ENTRIES = 32

/** Constraints of one capability. */
export const MOST_CONSTRAINTS = 32

/** Values of one list of allowed ones. */
export const MOST_LISTED = 128

/** Uses of one capability. */
export const MOST_USES = 1000

/** Seconds for which one may be asked. */
export const MOST_SECONDS = 3600

/** Seconds from now to the beginning of a window. */
export const MOST_AHEAD = 86_400

/** Capabilities that one may have been narrowed from, one after another. */
export const MOST_ANCESTORS = 4

/** The end of the year 9999, NumericDate: what lies beyond is milliseconds, or a slip. */
export const LAST_MOMENT = 253_402_300_799
