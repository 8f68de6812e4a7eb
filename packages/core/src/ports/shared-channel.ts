/** What processes tell one another at once, where a shared store carries it. */

/**
 * A channel between the processes of a deployment. What is published reaches every one that listens, the one that
 * published it too, within two seconds while the store is there, and else as soon as it is back. A message may come
 * again, and may be lost with the store: listeners must not mind the first, and must poll against the second.
 */
export interface SharedChannel {
  /**
   * Tells all processes. `topic` has 1 to 64 characters, `message` at most 16 KiB as UTF-8; a TypeError otherwise.
   * Rejects with `LedgerUnavailable` when the store does not take it: it may have gone out all the same.
   */
  publish(topic: string, message: string): Promise<void>
  /** Hears of a topic, from now on, until what it yields is called. A listener must not throw. */
  subscribe(topic: string, listener: (message: string) => void): () => void
  /** Hears nothing more, and ends its connections. */
  close(): Promise<void>
}
