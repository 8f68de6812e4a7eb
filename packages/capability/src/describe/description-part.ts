/** Pieces of a description: what is ours, and what somebody else said, which a page shows as such and escapes. */
import type { JsonValue } from '@countersign/core'
import { type CharacterMark, markCharacters, writeOutHidden } from './character-marks.ts'

/** One piece, plain text without markup. */
export interface DescriptionPart {
  /** `words`: ours. `said`: from the capability, as the client or the server wrote it. */
  readonly kind: 'words' | 'said'
  /** What does not show is written out, `\u202e`; texts are in quotes, so that `"42"` is not 42. */
  readonly text: string
  /** What a person should be told about the characters of it. */
  readonly marks: readonly CharacterMark[]
}

type Parts = readonly DescriptionPart[]

/** Puts pieces in the place of the names in braces. */
export function fill(pattern: string, pieces: Readonly<Record<string, Parts>>): Parts {
  return pattern.split(/(\{\w+\})/).flatMap((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1]
    if (name !== undefined && Object.hasOwn(pieces, name)) return pieces[name] ?? []
    return say(piece)
  })
}

/** Our own words. */
export function say(text: string): Parts {
  return text === '' ? [] : [{ kind: 'words', text, marks: [] }]
}

/** Phrases with our words between them. */
export function joinParts(phrases: readonly Parts[], between: string): Parts {
  return phrases.flatMap((phrase, index) => (index === 0 ? phrase : [...say(between), ...phrase]))
}

/** A name: as it is when it is a plain word, else in quotes. */
export function quoteName(name: string): DescriptionPart {
  if (/^[\w.:/-]+$/.test(name)) return { kind: 'said', text: name, marks: [] }
  return quoteValue(name)
}

/** A value, as JSON. */
export function quoteValue(value: JsonValue): DescriptionPart {
  const marks = listTexts(value).flatMap(markCharacters)
  return { kind: 'said', text: writeOutHidden(JSON.stringify(value)), marks: [...new Set(marks)] }
}

/** All texts in a value, names included: JSON itself writes some of the characters out that are looked for. */
function listTexts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(listTexts)
  return Object.entries(value).flatMap(([name, member]) => [name, ...listTexts(member)])
}
