/** The tools that a server lists, as far as an audit may call them. */
import { isJsonObject, type JsonObject } from '@countersign/core'
import type { Exchange } from '../probe/exchange.ts'
import { readTexts } from './json-document.ts'
import { readResult } from './speech.ts'

/** A tool. */
export interface Tool {
  readonly name: string
  /** As the server says (MCP, `annotations.readOnlyHint`); what says nothing may write. */
  readonly readOnly: boolean
  readonly hasAnnotations: boolean
  readonly inputSchema: JsonObject
  /** Names of arguments that must be given. */
  readonly required: readonly string[]
}

/** The tools in the answer to `tools/list`. */
export function readTools(answer: Exchange): readonly Tool[] {
  const listed = readResult(answer)?.tools
  if (!Array.isArray(listed)) return []
  return listed.flatMap((entry) => {
    if (!isJsonObject(entry) || typeof entry.name !== 'string') return []
    const annotations = isJsonObject(entry.annotations) ? entry.annotations : undefined
    const inputSchema = isJsonObject(entry.inputSchema) ? entry.inputSchema : {}
    return [
      {
        name: entry.name,
        readOnly: annotations?.readOnlyHint === true,
        hasAnnotations: annotations !== undefined,
        inputSchema,
        required: readTexts(inputSchema, 'required'),
      },
    ]
  })
}
