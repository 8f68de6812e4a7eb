/** What stands in a stream of Redis: its ids, and the entries that the channel writes. */

/** Before every id. */
export const BEGINNING = '0-0'

/** One message. */
export interface StreamEntry {
  readonly id: string
  readonly topic: string
  readonly message: string
}

/** Reads what XREVRANGE gives, or what XREAD gives of one stream; entries that are not the channel's are left out. */
export function readEntries(reply: unknown): readonly StreamEntry[] {
  return (Array.isArray(reply) ? reply : []).flatMap((entry) => {
    if (!Array.isArray(entry) || !Array.isArray(entry[1])) return []
    const [id, [topicName, topic, messageName, message]] = entry
    if (topicName !== 'topic' || messageName !== 'message') return []
    return [{ id: String(id), topic: String(topic), message: String(message) }]
  })
}

/** Is id `a` earlier than `b`? They are two numbers each: milliseconds, and a count within one. */
export function isEarlier(a: string, b: string): boolean {
  const [timeA = 0, countA = 0] = a.split('-').map(Number)
  const [timeB = 0, countB = 0] = b.split('-').map(Number)
  return timeA === timeB ? countA < countB : timeA < timeB
}
