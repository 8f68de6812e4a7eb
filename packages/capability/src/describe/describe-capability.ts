/** What a person reads before saying yes: all that a capability allows, made from the very value that is granted. */
import type { Capability, CapabilityRequest } from '../capability.ts'
import type { CharacterMark } from './character-marks.ts'
import { describeConstraint } from './describe-constraint.ts'
import { type DescriptionPart, fill, joinParts, quoteName, say } from './description-part.ts'
import { type CapabilityWords, englishWords } from './words.ts'

/** A capability in words. */
export interface CapabilityDescription {
  /** "delete_note with note_id 42, once, within 60 seconds", in pieces. */
  readonly parts: readonly DescriptionPart[]
  /** The same in one text. */
  readonly text: string
  /** At which server, as it is named in `locations`. */
  readonly resource: DescriptionPart
  /** Whatever is to be said of any character in it, each mark once. */
  readonly marks: readonly CharacterMark[]
}

/**
 * Takes a capability or a request, as parsed; nothing of it is left out or cut short. `words` replaces ours by name. Of
 * arguments that the server declares as free, which may be anything, a capability says nothing.
 */
export function describeCapability(
  capability: Capability | CapabilityRequest,
  options: { readonly words?: Partial<CapabilityWords> } = {},
): CapabilityDescription {
  const words = { ...englishWords, ...options.words }
  const pieces = {
    tool: [quoteName(capability.tool)],
    arguments: describeArguments(capability, words),
    uses: describeUses(capability.uses, words),
    time: describeTime(capability, words),
  }
  const parts = fill(pieces.arguments.length > 0 ? words.sentence : words.sentenceWithoutArguments, pieces)
  const resource = quoteName(capability.locations[0])
  const marks = [...parts, resource].flatMap((part) => part.marks)
  return { parts, text: parts.map(({ text }) => text).join(''), resource, marks: [...new Set(marks)] }
}

function describeArguments(
  { arguments: constraints }: Capability | CapabilityRequest,
  words: CapabilityWords,
): readonly DescriptionPart[] {
  const phrases = Object.entries(constraints).map(([pointer, constraint]) =>
    // A top-level argument goes by its name, one further down by its pointer without the first slash.
    fill(words.argument, { name: [quoteName(pointer.slice(1))], value: describeConstraint(constraint, words) }),
  )
  return joinParts(phrases, words.betweenArguments)
}

function describeUses(uses: number, words: CapabilityWords): readonly DescriptionPart[] {
  return uses === 1 ? say(words.once) : fill(words.times, { count: say(String(uses)) })
}

function describeTime(capability: Capability | CapabilityRequest, words: CapabilityWords): readonly DescriptionPart[] {
  const { not_before } = capability
  const start = not_before === undefined ? [] : say(writeTime(not_before))
  if ('expires' in capability) {
    const end = say(writeTime(capability.expires))
    return fill(not_before === undefined ? words.until : words.window, { start, end })
  }
  const count = say(String(capability.seconds))
  return fill(not_before === undefined ? words.within : words.fromWithin, { start, count })
}

/** `2026-11-20 21:00:00 UTC` */
function writeTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC')
}
