/** What the servers of `up` are made from. */
import type { Trust } from '@countersign/attestation/trust'
import type { ClientFile } from '../client-file.ts'
import type { DataFolder } from '../data-folder.ts'
import type { Log } from '../log/log.ts'
import type { Admin } from './admin/admin.ts'
import type { User } from './first-start.ts'

/** Decided, made or opened before the first of them. */
export interface Parts {
  readonly folder: DataFolder
  readonly issuer: string
  readonly resource: string
  readonly client: ClientFile
  readonly user: User | undefined
  readonly trust: Trust
  readonly log: Log
  readonly admin: Admin
}
