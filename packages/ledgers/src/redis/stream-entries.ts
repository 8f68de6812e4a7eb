/** What stands in a stream of Redis: its ids, and the entries that the channel writes. */

/** Before every id. */
export const BEGINNING = '0-0'

/** One message, or what somebody else has put there. */
export interface StreamEntry {
  readonly id: string
  /** Empty where it is no message of the channel, whose topics are not. */
  readonly topic: string
  readonly message: string
}

/** Reads what XREVRANGE gives, or what XREAD gives of one stream; of entries that are not the channel's the id counts all the same: reading goes on behind them. */
export function readEntries(reply: unknown): readonly StreamEntry[] {
  return (Array.isArray(reply) ? reply : []).flatMap((entry) => {
    if (!Array.isArray(entry)) return []
    const [id, fields] = entry
    const [topicName, topic, messageName, message] = Array.isArray(fields) ? fields : []
    if (topicName !== 'topic' || messageName !== 'message') return [{ id: String(id), topic: '', message: '' }]
    return [{ id: String(id), topic: String(topic), message: String(message) }]
  })
}

/** Is id `a` earlier than `b`? They are two numbers each: milliseconds, and a count within one. */
export function isEarlier(a: string, b: string): boolean {
  const [timeA = 0, countA = 0] = a.split('-').map(Number)
  const [timeB = 0, countB = 0] = b.split('-').map(Number)
  return timeA === timeB ? countA < countB : timeA < timeB
}
