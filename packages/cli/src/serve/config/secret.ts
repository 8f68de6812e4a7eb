/** Secrets: wherever one may stand, the file may say instead where it is. */
import { readFileSync } from 'node:fs'
import { isJsonObject, type JsonValue } from '@countersign/core'
import { either, type Form, isText, path, text } from './forms.ts'
import { members, optional } from './members.ts'
import { type Place, wrongAt } from './place.ts'

/** Longer ones are no secrets, but a file that was named by mistake. */
const LONGEST = 16_384

const elsewhere = members({ env: optional(text), file: optional(path) })

/** Whether it says where to look. */
export function isElsewhere(value: JsonValue): boolean {
  return isJsonObject(value) && (Object.hasOwn(value, 'env') || Object.hasOwn(value, 'file'))
}

/** A text, `{"env": NAME}` or `{"file": PATH}`; of a file, without the line break at its end. */
export const secret: Form<string> = either(isText, text, readElsewhere)

function readElsewhere(value: JsonValue, place: Place): string {
  const { env, file } = elsewhere(value, place)
  if ((env === undefined) === (file === undefined)) {
    throw wrongAt(place, 'has to be a text, {"env": "NAME"} or {"file": "PATH"}')
  }
  return env === undefined ? readSecretFile(file ?? '', place) : readVariable(env, place)
}

function readVariable(name: string, place: Place): string {
  const value = place.environment[name]
  if (value !== undefined && value !== '') return value
  throw wrongAt(place, `names the environment variable ${JSON.stringify(name.slice(0, 100))}, which is not set`)
}

function readSecretFile(file: string, place: Place): string {
  let content: string
  try {
    content = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch {
    throw wrongAt(place, `names the file ${file}, which cannot be read: check its path and permissions`)
  }
  if (content !== '' && content.length <= LONGEST) return content
  throw wrongAt(
    place,
    `names the file ${file}, which holds no secret: it is empty, or longer than ${LONGEST} characters`,
  )
}

const KEY = 'has to hold 32 octets, as hexadecimal or base64: make them with `openssl rand -hex 32`'

/** A key of 32 octets, as 64 hexadecimal digits, base64 or base64url. */
export const secretKey: Form<Uint8Array> = (value, place) => {
  const written = secret(value, place).trim()
  if (/^[0-9a-f]{64}$/i.test(written)) return new Uint8Array(Buffer.from(written, 'hex'))
  if (/^[\w+/-]{43}=?$/.test(written)) return new Uint8Array(Buffer.from(written, 'base64'))
  throw wrongAt(place, KEY)
}
