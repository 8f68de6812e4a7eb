/** The metrics of several processes as one text (prometheus.io/docs/instrumenting/exposition_formats). */

/** Of one metric: what is said of it, and its values. */
interface Family {
  readonly head: readonly string[]
  readonly samples: string[]
}

const NAME = /^[a-zA-Z_:][\w:]*/

/** Takes each process's text by the number of its worker; each value gets that number as its label `worker`. */
export function mergeMetrics(texts: ReadonlyMap<string, string>): string {
  const families = new Map<string, Family>()
  for (const [worker, text] of texts) addText(families, worker, text)
  return [...families.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('')
}

function addText(families: Map<string, Family>, worker: string, text: string): void {
  let head: string[] = []
  let family: Family | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      // A new family begins with the first of its comments.
      if (family !== undefined) head = []
      family = undefined
      head.push(line)
    } else if (line !== '') {
      family ??= openFamily(families, line, head)
      family.samples.push(label(line, worker))
    }
  }
}

function openFamily(families: Map<string, Family>, line: string, head: readonly string[]): Family {
  // Of a histogram the comment names the family; what has none goes by its own name.
  const name = head[0]?.split(' ')[2] ?? NAME.exec(line)?.[0] ?? ''
  const known = families.get(name)
  if (known !== undefined) return known
  const family = { head, samples: [] }
  families.set(name, family)
  return family
}

function label(line: string, worker: string): string {
  const name = NAME.exec(line)?.[0] ?? ''
  const rest = line.slice(name.length)
  const own = `worker="${worker}"`
  return rest.startsWith('{')
    ? `${name}{${own}${rest.startsWith('{}') ? '' : ','}${rest.slice(1)}`
    : `${name}{${own}}${rest}`
}
