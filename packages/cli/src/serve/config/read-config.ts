/** The configuration file of `serve`: strict JSON, in which no secret has to stand. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type JsonValue, parseStrictJson } from '@countersign/core'
import { LOG_LEVELS } from '../../log/level.ts'
import { checkConfig, readScheme } from './check-config.ts'
import { client, user } from './client-forms.ts'
import { choice, integer, list, path, text } from './forms.ts'
import { members, optional } from './members.ts'
import { addressRange, administration, listening, stopping } from './network-forms.ts'
import type { Place } from './place.ts'
import { wrongAt } from './place.ts'
import { resource } from './resource-forms.ts'
import { secret, secretKey } from './secret.ts'
import { ledger } from './store-forms.ts'

const encryption = members({ key: secretKey, previous: optional(list(secretKey)) })

const spiffe = members({ trust_domain: text, bundle: members({ url: text }) })

/** Seconds. */
const keys = members({
  publish_ahead_seconds: optional(integer(1, 604_800)),
  retire_after_seconds: optional(integer(1, 604_800)),
})

const config = members({
  issuer: text,
  listen: listening,
  trusted_proxies: optional(list(addressRange)),
  workers: optional(integer(1, 64)),
  admin: optional(administration),
  database: secret,
  ledger: optional(ledger),
  encryption: optional(encryption),
  keys: optional(keys),
  resources: list(resource),
  clients: optional(list(client)),
  users: optional(list(user)),
  trust: optional(path),
  spiffe: optional(list(spiffe)),
  logging: optional(members({ level: optional(choice(LOG_LEVELS)) })),
  stopping: optional(stopping),
})

/** What the file says, with every secret in its place: to be handed to workers, and shown to nobody. */
export type ServeConfig = ReturnType<typeof config>

/** Longer files are not read. */
const LONGEST = 4_194_304

/** Reads the file and the secrets that it points to. Throws `CommandFailed` that names file, member and cure. */
export function readConfig(file: string, environment: Place['environment'] = process.env): ServeConfig {
  const place: Place = { file, path: '', folder: dirname(resolve(file)), environment }
  const read = config(parse(place), place)
  checkConfig(read, place)
  return { ...read, database: locate(read.database, place.folder) }
}

/** A path begins at the folder of the file, wherever the command is called. */
function locate(database: string, folder: string): string {
  const file = database.replace(/^sqlite:/i, '')
  return readScheme(file) === undefined ? resolve(folder, file) : database
}

function parse(place: Place): JsonValue {
  let written: string
  try {
    written = readFileSync(place.file, 'utf8')
  } catch {
    throw wrongAt(place, 'cannot be read: check its path and permissions')
  }
  const parsed = parseStrictJson(written.replace(/^\ufeff/, ''), { maxBytes: LONGEST })
  if (parsed.ok) return parsed.value
  throw wrongAt(place, FAULTS[parsed.reason])
}

const FAULTS = {
  syntax: 'is not JSON: look for a missing quote or bracket, or a comma too many; it has no comments',
  duplicate_member: 'has a member twice in one object: drop one of both',
  number: 'has a number that not every reader takes for the same',
  depth: 'is nested too deeply',
  size: `is longer than ${LONGEST} bytes`,
} as const
