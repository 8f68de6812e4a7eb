/** Processes of workers, forked so that all of them listen at one address (nodejs.org/api/cluster.html). */
import cluster, { type Worker as ClusterWorker } from 'node:cluster'
import { extname, join } from 'node:path'

/** From the sources, or as it was built. */
const ENTRY = join(import.meta.dirname, '..', 'worker', `main${extname(import.meta.filename)}`)

/** Says what workers are, once. They get what this process's Node was started with, and no flags of ours. */
export function prepareForks(): void {
  // Connections are given out in turn, and one that a worker no longer takes goes to the next.
  cluster.schedulingPolicy = cluster.SCHED_RR
  // Keys are octets.
  cluster.setupPrimary({ exec: ENTRY, args: [], serialization: 'advanced' })
}

/** Starts one. */
export function fork(): ClusterWorker {
  return cluster.fork()
}
