/** One constraint in words. */
import type { JsonValue } from '@countersign/core'
import type { Constraint, RangeConstraint } from '../constraint.ts'
import { type DescriptionPart, fill, joinParts, quoteValue } from './description-part.ts'
import type { CapabilityWords } from './words.ts'

/** Takes a constraint as parsed; yields all that it says. */
export function describeConstraint(constraint: Constraint, words: CapabilityWords): readonly DescriptionPart[] {
  if ('equals' in constraint) return fillValue(words.equals, constraint.equals)
  if ('one_of' in constraint) return fillValues(words.oneOf, constraint.one_of, words)
  if ('prefix' in constraint) return fillValue(words.prefix, constraint.prefix)
  if ('pattern' in constraint) return fillValue(words.pattern, constraint.pattern)
  if ('range' in constraint) return describeRange(constraint.range, words)
  if ('subset_of' in constraint) return fillValues(words.subsetOf, constraint.subset_of, words)
  if ('within_path' in constraint) return fillValue(words.withinPath, constraint.within_path)
  return fillValues(words.urlHost, constraint.url_host, words)
}

function fillValue(pattern: string, value: JsonValue): readonly DescriptionPart[] {
  return fill(pattern, { value: [quoteValue(value)] })
}

function fillValues(pattern: string, values: readonly JsonValue[], words: CapabilityWords): readonly DescriptionPart[] {
  const listed = values.map((value) => [quoteValue(value)])
  return fill(pattern, { values: joinParts(listed, words.betweenValues) })
}

function describeRange(
  { min, max, integer = false }: RangeConstraint['range'],
  words: CapabilityWords,
): readonly DescriptionPart[] {
  const bounds = {
    min: min === undefined ? [] : [quoteValue(min)],
    max: max === undefined ? [] : [quoteValue(max)],
  }
  const range = fill(max === undefined ? words.atLeast : min === undefined ? words.atMost : words.range, bounds)
  return integer ? fill(words.wholeNumber, { range }) : range
}
