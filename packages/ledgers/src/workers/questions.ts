/** Questions of a worker to its primary: each gets its own answer in time, or none. */
import { LedgerUnavailable } from '@countersign/core'
import { type Answer, address, type Question, readAnswer } from './messages.ts'

/** A question without what all have. */
type Asked = Question extends infer Each ? (Each extends Question ? Omit<Each, 'topic' | 'number'> : never) : never

/** Asks. */
export interface Questions {
  /** Rejects with `LedgerUnavailable`: the primary is gone (`down`), or silent for too long (`timeout`). */
  ask(question: Asked): Promise<Answer>
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: LedgerUnavailable) => void
  readonly timer: NodeJS.Timeout
}

/** Listens to the primary for as long as the process lives. An answer that comes too late is heard by nobody. */
export function createQuestions(timeoutMs: number): Questions {
  const waiting = new Map<number, Waiting>()
  let last = 0

  function settle(number: number, end: (one: Waiting) => void): void {
    const one = waiting.get(number)
    if (one === undefined) return
    waiting.delete(number)
    clearTimeout(one.timer)
    end(one)
  }
  const fail = (number: number, fault: 'down' | 'timeout') =>
    settle(number, ({ reject }) => reject(new LedgerUnavailable(fault)))

  process.on('message', (message) => {
    const answer = readAnswer(message)
    if (answer !== undefined) settle(answer.number, ({ resolve }) => resolve(answer))
  })
  process.on('disconnect', () => {
    for (const number of [...waiting.keys()]) fail(number, 'down')
  })

  return {
    ask(question) {
      const number = ++last
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => fail(number, 'timeout'), timeoutMs)
        waiting.set(number, { resolve, reject, timer })
        if (process.send === undefined || !process.connected) return fail(number, 'down')
        process.send(address({ ...question, number }), undefined, undefined, (error) => {
          if (error !== null) fail(number, 'down')
        })
      })
    },
  }
}
