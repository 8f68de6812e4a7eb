/** What is remembered of an issuer from one run to the next, so that a restart forgets nothing that matters. */

/** A place for one text per issuer; it has to be one that only this program can write. */
export interface TrustState {
  /** The text that was saved last; `undefined` when there is none. Rejects when nobody can say. */
  load(issuer: string): Promise<string | undefined>
  /** Resolves once the text is there for the next run. */
  save(issuer: string, text: string): Promise<void>
}
