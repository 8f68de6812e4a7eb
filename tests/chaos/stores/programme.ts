/** What a run consists of. */
import { postgres } from './faults/postgres-faults.ts'
import { naiveRedis, redis, shortRedis } from './faults/redis-faults.ts'
import { sentinel } from './faults/sentinel-faults.ts'
import { mayMount, sqlite } from './faults/sqlite-faults.ts'
import { type Play, type Tempo, toPlay } from './play.ts'
import { rows } from './rows/rows-play.ts'

/** Acts in their order, with the tempo of all. */
export interface Programme {
  readonly plays: readonly Play[]
  readonly tempo: Tempo
  /** What this machine cannot play, in words. */
  readonly leftOut?: string
}

const short: Tempo = { calm: 400, fault: 1_200, recovery: 300, sweep: 600 }

/** Every fault that there is. */
export function wholeProgramme(): Programme {
  const plays = [toPlay(redis), toPlay(sentinel), toPlay(postgres), rows]
  const tempo = { calm: 800, fault: 2_000, recovery: 600, sweep: 2_500 }
  if (mayMount()) return { plays: [...plays, toPlay(sqlite)], tempo }
  return { plays, tempo, leftOut: 'SQLite on a full disk: this process may not mount a small one (it takes root)' }
}

/** A few faults, in seconds. */
export function shortProgramme(): Programme {
  return { plays: [toPlay(shortRedis)], tempo: short }
}

/** Processes that are weak on purpose: whoever finds no accepted replay here finds none anywhere. */
export function controlProgramme(): Programme {
  return { plays: [toPlay(naiveRedis)], tempo: short }
}
