/** A turn that is taken in one callback and given back in another, because the work between them is somebody else's. */
import { createTurns } from './turns.ts'

/** One holder at a time, in the order of asking. */
export interface HeldTurn {
  /** Waits for the turn. */
  take(): Promise<void>
  /** Gives the turn to the next; harmless when nobody has it. */
  give(): void
  /** Gives it after that many milliseconds, if nobody does before: a callback that never comes must not stop everything. */
  giveWithin(time: number): void
}

/** Makes one; free at first. */
export function createHeldTurn(): HeldTurn {
  const turns = createTurns()
  let giveCurrent = () => {}
  return {
    take: () => {
      const { promise: taken, resolve: begin } = Promise.withResolvers<void>()
      void turns(() => {
        const { promise: given, resolve } = Promise.withResolvers<void>()
        giveCurrent = resolve
        begin()
        return given
      })
      return taken
    },
    give: () => giveCurrent(),
    giveWithin: (time) => {
      const give = giveCurrent
      setTimeout(give, time).unref?.()
    },
  }
}
