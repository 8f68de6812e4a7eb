/** Several processes behind one port would each accept the same proof once; what keeps ids in memory must know. */

interface NodeLike {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly getBuiltinModule?: (name: string) => unknown
}

/** Throws in a worker of `node:cluster`. On other runtimes there is nothing to ask, and it does nothing. */
export function assertSingleProcess(): void {
  const host = (globalThis as { readonly process?: NodeLike }).process
  if (host === undefined) return
  // Node takes the variable out of a worker's environment while it starts, so the module is asked as well.
  const cluster = host.getBuiltinModule?.('node:cluster') as { readonly isWorker?: boolean } | undefined
  if (host.env?.NODE_UNIQUE_ID === undefined && cluster?.isWorker !== true) return
  throw new Error(
    'A memory ledger cannot serve a cluster: each worker would accept the same proof once. Run one process, or share a durable ledger, such as @countersign/ledgers/sqlite.',
  )
}
