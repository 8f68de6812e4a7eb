/** Headers as they stood on the wire: Node's own `headers` object drops a second `Authorization` without a word. */

/** Every value by lower-case name, in order of arrival. `raw` is Node's alternating list of names and values. */
export function groupRawHeaders(raw: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    const value = raw[index + 1] ?? ''
    const values = headers.get(name)
    if (values === undefined) headers.set(name, [value])
    else values.push(value)
  }
  return headers
}
