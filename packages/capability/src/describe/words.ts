/** The words in which a capability is told, as patterns with names in braces: a page may tell it in another language. */

/** Our words, in English. */
export const englishWords = {
  sentence: '{tool} with {arguments}, {uses}, {time}',
  sentenceWithoutArguments: '{tool}, {uses}, {time}',
  argument: '{name} {value}',
  betweenArguments: ' and ',
  betweenValues: ', ',
  equals: '{value}',
  oneOf: 'one of {values}',
  prefix: 'beginning with {value}',
  pattern: 'matching the pattern {value}',
  range: 'from {min} to {max}',
  atLeast: 'of at least {min}',
  atMost: 'of at most {max}',
  wholeNumber: 'a whole number {range}',
  subsetOf: 'a list of nothing but {values}',
  withinPath: 'at or below {value}',
  urlHost: 'an https address on {values}',
  once: 'once',
  times: '{count} times',
  within: 'within {count} seconds',
  fromWithin: 'from {start} on, within {count} seconds',
  until: 'until {end}',
  window: 'from {start} until {end}',
} as const satisfies Record<string, string>

/** The same in whatever language. */
export type CapabilityWords = Readonly<Record<keyof typeof englishWords, string>>
