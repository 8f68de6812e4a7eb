/** HTML that escapes by itself: what is put into a template is text, unless it came out of one. */

/** A piece of HTML that is safe to send. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Template tag: every string put in is escaped, for text and for quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const parts = strings.map((fixed, index) => fixed + render(values[index] ?? ''))
  return new Html(parts.join(''))
}

function render(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => entities[character] ?? '')
  return value instanceof Html ? value.text : value.map(({ text }) => text).join('')
}
