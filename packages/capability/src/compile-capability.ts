/** Capabilities made ready to be matched: once for each token, not for each call. */
import type { Capability, CapabilityRequest } from './capability.ts'
import { compileConstraint } from './constraints/compile-constraint.ts'
import type { ArgumentTests } from './judge-arguments.ts'
import { growPointerTree } from './pointer/pointer-tree.ts'

/** A capability with its constraints as tests: see `compileCapability`. */
export interface CompiledCapability extends ArgumentTests {
  readonly capability: Capability
  /** What stands in `locations`. */
  readonly resource: string
  /** The pointers that are constrained by `equals`. */
  readonly pinned: ReadonlySet<string>
}

/** Takes a capability as parsed. Throws a `TypeError` for one that was not. */
export function compileCapability(capability: Capability): CompiledCapability {
  const constraints = Object.entries(capability.arguments)
  return {
    capability,
    resource: capability.locations[0],
    pinned: new Set(constraints.flatMap(([pointer, constraint]) => ('equals' in constraint ? [pointer] : []))),
    ...compileTests(capability),
  }
}

/** The tests alone, of a request too. Throws a `TypeError` for what was not parsed. */
export function compileTests(capability: Capability | CapabilityRequest): ArgumentTests {
  const tests = Object.entries(capability.arguments).map(
    ([pointer, constraint]) => [pointer, compileConstraint(constraint)] as const,
  )
  const tree = growPointerTree(tests)
  if (!tree.ok) throw new TypeError('These constraints were not read by parseCapability; read them there first.')
  return { tests: tree.value, count: tests.length }
}
