/** Pointers as a tree, so that a value and what is said of its parts are walked together, once. */
import { parsePointer } from './json-pointer.ts'

/** A node of the tree; one with a leaf has no branches, since no pointer lies inside another. */
export interface PointerTree<Leaf> {
  /** What stands at this pointer. */
  readonly leaf?: Leaf
  /** By reference token. A map: a token may be called `__proto__`. */
  readonly branches: ReadonlyMap<string, PointerTree<Leaf>>
}

interface GrowingTree<Leaf> {
  leaf?: Leaf
  readonly branches: Map<string, GrowingTree<Leaf>>
}

/** The tree, or what is wrong with the pointers: one is none, or two are the same or one inside the other. */
export type PointerTreeResult<Leaf> =
  | { readonly ok: true; readonly value: PointerTree<Leaf> }
  | { readonly ok: false; readonly reason: 'pointer' | 'overlap' }

/** Takes pointers with what stands at each. */
export function growPointerTree<Leaf>(entries: Iterable<readonly [string, Leaf]>): PointerTreeResult<Leaf> {
  const root: GrowingTree<Leaf> = { branches: new Map() }
  for (const [pointer, leaf] of entries) {
    const tokens = parsePointer(pointer)
    if (tokens === undefined) return { ok: false, reason: 'pointer' }
    const node = reach(root, tokens)
    if (node === undefined || node.leaf !== undefined || node.branches.size > 0) return { ok: false, reason: 'overlap' }
    node.leaf = leaf
  }
  return { ok: true, value: root }
}

/** The node at the end of the tokens, grown where it is missing; `undefined` when a leaf is in the way. */
function reach<Leaf>(root: GrowingTree<Leaf>, tokens: readonly string[]): GrowingTree<Leaf> | undefined {
  let node = root
  for (const token of tokens) {
    if (node.leaf !== undefined) return undefined
    let next = node.branches.get(token)
    if (next === undefined) {
      next = { branches: new Map() }
      node.branches.set(token, next)
    }
    node = next
  }
  return node
}
