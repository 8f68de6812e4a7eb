/** One capability on the consent page: all that it allows, in the words of the very value that is granted. */
import { type CharacterMark, type DescriptionPart, describeCapability } from '@countersign/capability'
import type { AskedCapability } from '../interaction/consent-request.ts'
import { offerSeconds, offerUses } from '../interaction/narrow-request.ts'
import { capabilityField, secondsField, usesField } from './consent-fields.ts'
import { formatDuration } from './duration.ts'
import { type Html, html } from './html.ts'

/** Lays out a box to keep it or leave it out, and, where less could be given, lists to choose from. */
export function layOutCapability({ words, entry }: AskedCapability, place: number): Html {
  const { parts, marks } = describeCapability(entry)
  return html`<label class="right"><input type="checkbox" name="${capabilityField(place)}" value="yes" checked>
<span><bdi>${words}</bdi> <span class="exactly">${parts.map(layOutPart)}</span></span></label>
${marks.length === 0 ? '' : html`<p class="notice">Look closely: there are ${describeMarks(marks)} in it.</p>`}
${layOutChoices(entry, place)}
`
}

/** What somebody else said is set apart from our words, and cannot change the direction of what follows. */
function layOutPart({ kind, text }: DescriptionPart): Html {
  return kind === 'said' ? html`<code><bdi>${text}</bdi></code>` : html`${text}`
}

function layOutChoices(entry: AskedCapability['entry'], place: number): Html {
  const uses = layOutList('How often', usesField(place), offerUses(entry), formatUses)
  const seconds = layOutList('For how long', secondsField(place), offerSeconds(entry), formatDuration)
  return uses.text === '' && seconds.text === '' ? html`` : html`<p class="less">${uses}${seconds}</p>`
}

/** The most, which is what was asked for, stands first and is chosen. Where there is one number there is no choice. */
function layOutList(
  label: string,
  field: string,
  numbers: readonly number[],
  format: (number: number) => string,
): Html {
  if (numbers.length === 1) return html``
  const options = numbers.map((number) => html`<option value="${String(number)}">${format(number)}</option>`)
  return html`<label>${label} <select name="${field}">${options}</select></label>
`
}

function formatUses(uses: number): string {
  return uses === 1 ? 'once' : `${uses} times`
}

const MARKS: Readonly<Record<CharacterMark, string>> = {
  control: 'line breaks or other control characters',
  bidi: 'characters that turn the direction of reading',
  invisible: 'characters that do not show',
  mixed_scripts: 'letters of several alphabets in one word',
  look_alike: 'letters that pass for others',
  not_normal: 'letters in an unusual form, which are compared as different',
}

function describeMarks(marks: readonly CharacterMark[]): string {
  return marks.map((mark) => MARKS[mark]).join('; ')
}
