/** The shape of a requirement, and where RFCs are read. */

/** One thing that a specification asks for. */
export interface Requirement {
  /** The document, its section, and a number where the section says several things. */
  readonly id: string
  /** Where it says so. */
  readonly source: string
  readonly text: string
}

/** A section of an RFC. */
export const rfc = (number: number, section: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${number}.html#section-${section}`
