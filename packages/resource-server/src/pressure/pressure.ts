/** What calls are judged by that depends on those before them: friction of tools, and plain rates. */
import type { Clock } from '@countersign/core'
import {
  createFriction,
  createRates,
  type Friction,
  type FrictionOptions,
  type Rates,
  type ToolFriction,
} from '@countersign/friction'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'

/** Whatever of the two there is. */
export interface Pressure {
  readonly friction?: Friction
  readonly rates?: Rates
}

/** Undefined where calls are not judged by those before them. Throws `ConfigurationError`. */
export function createPressure(options: GuardOptions, clock: Clock): Pressure | undefined {
  try {
    const friction = readFriction(options, clock)
    const rates = readRates(options)
    if (friction === undefined && rates === undefined) return undefined
    return { ...(friction && { friction }), ...(rates && { rates }) }
  } catch (error) {
    throw error instanceof TypeError ? new ConfigurationError(`friction and rates: ${error.message}`) : error
  }
}

function readFriction({ friction, tools = {} }: GuardOptions, clock: Clock): Friction | undefined {
  const declared = Object.entries(tools).flatMap(([name, requirement]): readonly (readonly [string, ToolFriction])[] =>
    requirement.friction === undefined ? [] : [[name, requirement.friction]],
  )
  if (friction === undefined && declared.length === 0) return undefined
  if (friction !== undefined && 'decide' in friction) {
    if (declared.length === 0) return friction
    throw new ConfigurationError(
      `tools: '${declared[0]?.[0]}' says what its friction is, and so does createFriction; write it in one of the two places`,
    )
  }
  if (declared.length === 0) {
    throw new ConfigurationError('friction: no tool has any; write `friction: {}` beside those that do harm')
  }
  const settings: Omit<FrictionOptions, 'tools' | 'clock'> = friction ?? {}
  return createFriction({ ...settings, tools: Object.fromEntries(declared), clock })
}

function readRates({ rates }: GuardOptions): Rates | undefined {
  return rates === undefined || 'take' in rates ? rates : createRates(rates)
}
