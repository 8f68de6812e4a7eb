/** Several processes that serve one resource, each with its guard, on one store. */
import type { GuardEvent } from '@countersign/core'
import type { Decision } from '../decision.ts'
import { createGuard, type Guard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { readWebRequest } from '../web-request.ts'
import { createScene, type RequestParts, type Scene, type SceneOptions } from './scene.test-fixture.ts'
import { createTestStore, type TestLedger, type TestStore } from './shared-store.test-fixture.ts'

/** One of them. */
export interface TestProcess {
  readonly guard: Guard
  readonly ledger: TestLedger
  readonly events: GuardEvent[]
}

/** All of them. */
export interface Processes {
  readonly scene: Scene
  readonly store: TestStore
  readonly one: TestProcess
  readonly other: TestProcess
  /** The nonce that a process hands out now. */
  nonceOf(process: TestProcess): Promise<string>
}

/** Two processes; proofs need no nonce unless the options say so. `create` makes a guard. */
export async function createProcesses({ create = createGuard, ...options }: SceneOptions = {}): Promise<Processes> {
  const store = createTestStore()
  const processes: TestProcess[] = []
  const start = (given: GuardOptions): Guard => {
    const ledger = store.connect()
    const events: GuardEvent[] = []
    const guard = create({ ...given, ledger, events: (event) => events.push(event) })
    processes.push({ guard, ledger, events })
    return guard
  }
  const scene = await createScene({
    ...options,
    create(given) {
      start(given)
      return start(given)
    },
  })
  const [one, other] = processes
  if (one === undefined || other === undefined) throw new Error('a process is missing')
  const nonceOf = async ({ guard }: TestProcess): Promise<string> => {
    const { nonce = '' } = await guard.decide(readWebRequest(new Request(guard.metadata.resource, { method: 'POST' })))
    return nonce
  }
  return { scene, store, one, other, nonceOf }
}

/** A call as it goes over the wire, that can be sent any number of times; `nonce` is the proof's. */
export async function capture(scene: Scene, nonce: string | undefined, parts: RequestParts = {}): Promise<Request> {
  return scene.request({ ...parts, proof: { nonce, ...parts.proof } })
}

/** What a process makes of it: `allowed`, or code and reason of the refusal. */
export async function send(process: TestProcess, captured: Request): Promise<string> {
  return describe(await decide(process, captured))
}

/** The decision itself. */
export function decide({ guard }: TestProcess, captured: Request): Promise<Decision> {
  return guard.decide(readWebRequest(captured.clone()))
}

/** In short. */
function describe(decision: Decision): string {
  if (decision.allowed) return 'allowed'
  const { code, reason } = decision.rejection
  return reason === undefined ? code : `${code} ${reason}`
}
