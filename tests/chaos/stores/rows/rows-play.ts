/** The authorization server on PostgreSQL: what it has acknowledged is there after every crash, and nothing is good twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '@countersign/store-servers'
import type { FaultOutcome } from '../fault.ts'
import type { Play } from '../play.ts'
import { createPersonsApp, type Findings, type PersonsApp } from './person.ts'
import { type ServedIssuer, startIssuer } from './served-issuer.ts'

interface RowsScene {
  readonly postgres: PostgresServer
  readonly issuer: ServedIssuer
}

/** What breaks, until it is there again. */
interface Crash {
  readonly name: string
  happen(scene: RowsScene): Promise<void>
}

const ACT = 'Grants on PostgreSQL'
const APPS = 4
/** Milliseconds of work before each crash. */
const WORK = 2_500
/** Milliseconds until it serves again, at the most. */
const PATIENCE = 20_000
/** Good answers in a row, from whichever process. */
const STEADY = 20

const crashes: readonly Crash[] = [
  {
    name: 'store: SIGKILL',
    async happen({ postgres }) {
      postgres.signal('SIGKILL')
      await postgres.restart()
    },
  },
  { name: 'store restarted', happen: ({ postgres }) => postgres.restart() },
  {
    name: 'process: SIGKILL',
    async happen({ issuer }) {
      await issuer.kill()
      await issuer.start()
    },
  },
]

/** Every crash, one after the other. */
export const rows: Play = {
  faults: crashes.length,
  async run({ begins, over }) {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-rows-'))
    const postgres = await startPostgres()
    const issuer = await startIssuer(folder, postgres.url)
    try {
      const apps = await Promise.all(Array.from({ length: APPS }, () => createPersonsApp(issuer.grounds)))
      for (const crash of crashes) {
        begins(ACT, crash.name)
        over(await playCrash(crash, { postgres, issuer }, apps))
      }
    } finally {
      await issuer.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true })
    }
  },
}

async function playCrash(crash: Crash, scene: RowsScene, apps: readonly PersonsApp[]): Promise<FaultOutcome> {
  const end = new AbortController()
  const working = Promise.all(apps.map((app) => app.work(end.signal)))
  await delay(WORK)
  const began = performance.now()
  await crash.happen(scene)
  await untilServing(scene.issuer)
  const outage = Math.round(performance.now() - began)
  end.abort()
  await working
  const findings = await Promise.all(apps.map((app) => app.look()))
  const sum = (figure: (found: Findings) => number) => findings.reduce((all, one) => all + figure(one), 0)
  return {
    act: ACT,
    fault: crash.name,
    served: sum((one) => one.acknowledged),
    refused: 0,
    reasons: { plain: new Map(), capable: new Map() },
    longestOutage: { plain: outage, capable: 0 },
    alone: 0,
    attacked: sum((one) => one.attacked),
    acceptedReplays: sum((one) => one.acceptedReplays),
    lost: sum((one) => one.lost),
    revived: 0,
  }
}

/** Until its processes answer again and again from their database. */
async function untilServing({ grounds: { issuer } }: ServedIssuer): Promise<void> {
  const end = performance.now() + PATIENCE
  for (let inARow = 0; inARow < STEADY; ) {
    if (performance.now() > end) throw new Error('the authorization server does not come back')
    const answer = await fetch(`${issuer}/revocations`).catch(() => undefined)
    await answer?.text()
    inARow = answer?.status === 200 ? inARow + 1 : 0
    if (inARow === 0) await delay(50)
  }
}
