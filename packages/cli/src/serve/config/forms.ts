/** The forms that a value in a configuration file may have; what has another form ends the command with a message. */
import { isAbsolute, join } from 'node:path'
import { isJsonObject, type JsonValue } from '@countersign/core'
import { type Place, within, wrongAt } from './place.ts'

/** Takes a value, or throws `CommandFailed` with file, member and cure. No message repeats a value: it may be a secret. */
export type Form<T> = (value: JsonValue, place: Place) => T

/** Some text, at least one character. */
export const text: Form<string> = (value, place) => {
  if (typeof value === 'string' && value !== '') return value
  throw wrongAt(place, 'has to be a text in quotes')
}

/** `true` or `false`. */
export const flag: Form<boolean> = (value, place) => {
  if (typeof value === 'boolean') return value
  throw wrongAt(place, 'has to be true or false')
}

/** An object as it is: a JWK. */
export const object: Form<object> = (value, place) => {
  if (isJsonObject(value)) return value
  throw wrongAt(place, 'has to be an object')
}

/** The path of a file; a relative one begins at the folder of the configuration. */
export const path: Form<string> = (value, place) => {
  const written = text(value, place)
  return isAbsolute(written) ? written : join(place.folder, written)
}

/** A whole number within bounds. */
export function integer(least: number, greatest: number): Form<number> {
  return (value, place) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest) return value
    throw wrongAt(place, `has to be a whole number from ${least} to ${greatest}`)
  }
}

/** One of some words. */
export function choice<const Word extends string>(words: readonly Word[]): Form<Word> {
  return (value, place) => {
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw wrongAt(place, `has to be one of ${words.map((word) => JSON.stringify(word)).join(', ')}`)
  }
}

/** A list of things of one form. */
export function list<T>(item: Form<T>): Form<readonly T[]> {
  return (value, place) => {
    if (Array.isArray(value)) return value.map((element, index) => item(element, within(place, index)))
    throw wrongAt(place, 'has to be a list in square brackets')
  }
}

/** An object whose member names are the operator's own. */
export function record<T>(item: Form<T>): Form<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isJsonObject(value)) throw wrongAt(place, 'has to be an object')
    // Through `fromEntries`, so that a member may be called `__proto__`.
    return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, item(own, within(place, name))]))
  }
}

/** A word, or something longer where the word says too little. */
export function either<A, B>(isFirst: (value: JsonValue) => boolean, first: Form<A>, second: Form<B>): Form<A | B> {
  return (value, place) => (isFirst(value) ? first(value, place) : second(value, place))
}

/** Whether a value is text. */
export function isText(value: JsonValue): boolean {
  return typeof value === 'string'
}
