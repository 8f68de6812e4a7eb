/** The shape of a check: one question about a call, answered with a rejection or with nothing. */
import type { Refused } from '@countersign/core'
import type { Call } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'

/** Undefined when there is nothing to object to. */
export type Objection = Refused | undefined

/** May establish something about the call for the checks after it. */
export type Check = (call: Call, context: GuardContext) => Objection | Promise<Objection>
