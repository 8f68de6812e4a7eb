/** Why a store takes no writes, in words for an operator. */
import { describeFault, LedgerUnavailable, type StoreFault } from '@countersign/core'

const CURES: Readonly<Record<StoreFault, string>> = {
  down: 'it cannot be reached. Look whether it runs.',
  timeout: 'it does not answer in time. Look at its load and at the network.',
  epoch: 'it has lost its memory, or was replaced; in a few seconds it should be settled.',
  clock: 'its clock and this machine’s differ by more than 5 seconds. Synchronise both (chrony, systemd-timesyncd).',
  read_only: 'it takes no writes: a replica answers. Name the primary.',
  replicas: 'too few of its replicas are there. Bring them back, or lower min-replicas-to-write.',
  full: 'its memory is full. Give it more (`maxmemory`).',
  error: 'it answers with an error. Look at its log.',
}

/** Takes what a probe rejected with; the message of an unknown error stays unsaid. */
export function describeStoreFault(error: unknown): string {
  if (error instanceof LedgerUnavailable) return `A store cannot be used: ${CURES[error.fault]}`
  const { name, code } = describeFault(error)
  return `The stores take no writes (${[name, code].filter(Boolean).join(' ')}). Look at disk, permissions and health of both.`
}
