/** A channel between the processes of a test. */
import { LedgerUnavailable, type SharedChannel } from '@countersign/core'

/** What went over it, and whether it takes anything. */
export interface TestChannel extends SharedChannel {
  readonly published: (readonly [topic: string, message: string])[]
  isDown: boolean
}

/** Delivers at once, also to who published. */
export function createTestChannel(): TestChannel {
  const listeners = new Map<string, Set<(message: string) => void>>()
  const channel: TestChannel = {
    published: [],
    isDown: false,
    async publish(topic, message) {
      if (channel.isDown) throw new LedgerUnavailable('down')
      channel.published.push([topic, message])
      for (const listener of listeners.get(topic) ?? []) listener(message)
    },
    subscribe(topic, listener) {
      const heard = listeners.get(topic) ?? new Set()
      listeners.set(topic, heard.add(listener))
      return () => void heard.delete(listener)
    },
    close: async () => listeners.clear(),
  }
  return channel
}
