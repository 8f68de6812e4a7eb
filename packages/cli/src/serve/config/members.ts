/** Objects of a configuration file, whose members are known: one that is not is a mistake, not a comment. */
import { isJsonObject, type JsonObject } from '@countersign/core'
import type { Form } from './forms.ts'
import { type Place, within, wrongAt } from './place.ts'

/** A member that may be left out. */
interface Optional<T> {
  readonly optional: Form<T>
}

/** What an object holds: names as the file writes them (`redirect_uris`), with their forms. */
type Shape = Readonly<Record<string, Form<unknown> | Optional<unknown>>>

/** `redirect_uris` in the file is `redirectUris` here. */
type Camel<Name> = Name extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Name

type Needed<S extends Shape> = {
  readonly [Name in keyof S as S[Name] extends Form<unknown> ? Camel<Name> : never]: S[Name] extends Form<infer T>
    ? T
    : never
}

type Optionals<S extends Shape> = {
  readonly [Name in keyof S as S[Name] extends Optional<unknown> ? Camel<Name> : never]?: S[Name] extends Optional<
    infer T
  >
    ? T
    : never
}

/** What comes of it. */
type Read<S extends Shape> = Needed<S> & Optionals<S>

/** Lets a member be left out. */
export function optional<T>(form: Form<T>): Optional<T> {
  return { optional: form }
}

/** The form of an object with these members and no others. */
export function members<S extends Shape>(shape: S): Form<Read<S>> {
  return (value, place) => {
    if (!isJsonObject(value)) throw wrongAt(place, 'has to be an object')
    refuseStrays(value, shape, place)
    const read = Object.entries(shape).flatMap(([name, form]) => {
      const member = Object.hasOwn(value, name) ? value[name] : undefined
      if (member !== undefined) {
        return [[toCamel(name), (typeof form === 'function' ? form : form.optional)(member, within(place, name))]]
      }
      if (typeof form === 'function') throw wrongAt(within(place, name), 'is missing')
      return []
    })
    // Made of the shape, member by member.
    return Object.fromEntries(read) as Read<S>
  }
}

function refuseStrays(value: JsonObject, shape: Shape, place: Place): void {
  const stray = Object.keys(value).find((name) => !Object.hasOwn(shape, name))
  if (stray === undefined) return
  throw wrongAt(within(place, stray), `is not known here; known are ${Object.keys(shape).join(', ')}`)
}

function toCamel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/**
 * Messages of what is configured name options as programs write them; an operator has them as the file does. What stands
 * in quotes is the operator's own.
 */
export function asTheFileWrites(message: string): string {
  return message.replaceAll(/"(?:[^"\\]|\\.)*"|\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (found) =>
    found.startsWith('"') ? found : found.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
}
