/** The trust list as a file: `{ "issuers": [ … ] }`, in which a member that is not known is a mistake, not a comment. */
import { isJsonObject, type JsonObject, type JsonValue, parseStrictJson } from '@countersign/core'
import { attestationLevels } from '../claims/ranks.ts'
import { attestationAlgorithms } from '../jws/attestation-algorithms.ts'
import type { TrustEntry } from '../trust/trust-list.ts'

/** Takes the file's name for messages, and its text. Throws a `TypeError` that names the file, the member and the cure. */
export function readTrustFile(name: string, text: string): readonly TrustEntry[] {
  const parsed = parseStrictJson(text)
  if (!parsed.ok) throw new TypeError(`${name} is not JSON that every reader understands alike: ${parsed.reason}.`)
  const reader = createReader(name, '', parsed.value)
  const issuers = reader.take('issuers', 'a list with one entry for each trusted issuer', isList)
  reader.end()
  return issuers.map((entry, index) => readEntry(createReader(name, `issuers[${index}]`, entry)))
}

function readEntry(reader: Reader): TrustEntry {
  const entry = {
    issuer: reader.take('issuer', 'the issuer’s URL', isText),
    level: reader.take('level', '"provider" or "enterprise"', isLevel),
    providers: reader.take('providers', 'a list of the providers that it may speak for', isTexts),
  }
  const algorithms = reader.takeOptional('algorithms', 'some of "Ed25519", "EdDSA" and "ES256"', isAlgorithms)
  const trustDomain = reader.takeOptional('trust_domain', 'the name of a SPIFFE trust domain', isText)
  const acceptUnbound = reader.takeOptional('accept_unbound', 'true or false', isBoolean)
  const legacy = reader.takeOptional('legacy', 'true or false', isBoolean)
  const keys = readKeys(reader)
  reader.end()
  return {
    ...entry,
    keys,
    ...(algorithms !== undefined && { algorithms }),
    ...(trustDomain !== undefined && { trustDomain }),
    ...(acceptUnbound !== undefined && { acceptUnbound }),
    ...(legacy === true && { legacy }),
  }
}

/** Exactly one place that keys come from: with two of them, the weaker one would be what counts. */
function readKeys(reader: Reader): TrustEntry['keys'] {
  const bundle = reader.takeOptional('bundle', '{ "url", "root" }', isJsonObject)
  const jwksUri = reader.takeOptional('jwks_uri', 'a URL', isText)
  const keys = reader.takeOptional('keys', 'a list of public JWKs', isList)
  const spiffe = reader.takeOptional('spiffe_bundle', '{ "url" }', isJsonObject)
  const given = [bundle, jwksUri, keys, spiffe].filter((source) => source !== undefined)
  if (given.length !== 1) reader.fail('has exactly one of bundle, jwks_uri, keys and spiffe_bundle')
  if (bundle !== undefined) return { bundle: readBundleSource(reader.within('bundle', bundle)) }
  if (jwksUri !== undefined) return { jwksUri }
  if (spiffe !== undefined) return { spiffeBundle: readSpiffeSource(reader.within('spiffe_bundle', spiffe)) }
  return { keys: keys ?? [] }
}

function readBundleSource(reader: Reader): { url: string; root: JsonWebKey } {
  const url = reader.take('url', 'the URL of the signed bundle', isText)
  const root = reader.take('root', 'the public key, as a JWK, that signs the bundle', isJsonObject)
  reader.end()
  return { url, root }
}

function readSpiffeSource(reader: Reader): { url: string } {
  const url = reader.take('url', 'the URL of the SPIFFE bundle endpoint', isText)
  reader.end()
  return { url }
}

/** Takes an object apart, and knows at the end what nobody asked for. */
interface Reader {
  take<T extends JsonValue>(member: string, what: string, is: (value: JsonValue) => value is T): T
  takeOptional<T extends JsonValue>(member: string, what: string, is: (value: JsonValue) => value is T): T | undefined
  within(member: string, value: JsonValue): Reader
  end(): void
  fail(what: string): never
}

function createReader(file: string, path: string, value: JsonValue): Reader {
  const place = path === '' ? file : `${file}: ${path}`
  if (!isJsonObject(value)) throw new TypeError(`${place} is a JSON object.`)
  const object: JsonObject = value
  const taken = new Set<string>()
  const nameOf = (member: string): string => (path === '' ? member : `${path}.${member}`)

  function takeOptional<T extends JsonValue>(
    member: string,
    what: string,
    is: (value: JsonValue) => value is T,
  ): T | undefined {
    taken.add(member)
    const found = Object.hasOwn(object, member) ? object[member] : undefined
    if (found === undefined) return undefined
    if (!is(found)) throw new TypeError(`${file}: ${nameOf(member)} is ${what}.`)
    return found
  }

  return {
    takeOptional,
    take(member, what, is) {
      const found = takeOptional(member, what, is)
      if (found === undefined) throw new TypeError(`${file}: ${nameOf(member)} is missing: ${what}.`)
      return found
    },
    within: (member, inner) => createReader(file, nameOf(member), inner),
    end() {
      const stray = Object.keys(object).find((member) => !taken.has(member))
      if (stray === undefined) return
      const known = [...taken].join(', ')
      throw new TypeError(
        `${file}: ${nameOf(stray.slice(0, 100))} is not a member that is known here. Known are ${known}.`,
      )
    },
    fail(what) {
      throw new TypeError(`${place} ${what}.`)
    },
  }
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string'
}

function isBoolean(value: JsonValue): value is boolean {
  return typeof value === 'boolean'
}

function isList(value: JsonValue): value is JsonValue[] {
  return Array.isArray(value)
}

function isTexts(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

function isLevel(value: JsonValue): value is 'provider' | 'enterprise' {
  return value !== 'none' && attestationLevels.some((level) => level === value)
}

function isAlgorithms(value: JsonValue): value is (typeof attestationAlgorithms)[number][] {
  return Array.isArray(value) && value.every((name) => attestationAlgorithms.some((known) => known === name))
}
