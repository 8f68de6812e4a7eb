/** An MCP handler that has what the scenes' policy names, and otherwise does what the test says. */
import type { McpHandler } from '../guarded-server.ts'

type Answer = (...call: Parameters<McpHandler['fetch']>) => Response | Promise<Response>

const lists: Readonly<Record<string, object>> = {
  'tools/list': { tools: ['read_notes', 'write_note', 'delete_note', 'sign_note'].map((name) => ({ name })) },
  'prompts/list': { prompts: [{ name: 'summarise_notes' }] },
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [{ uriTemplate: 'notes:///{id}' }] },
}

/** Answers the guard's own questions, which carry no caller, with the lists; all else with `answer`. */
export function createHandler(answer: Answer = () => Response.json({ jsonrpc: '2.0', id: 1, result: {} })): McpHandler {
  return {
    async fetch(request, options) {
      const { method } = (options?.parsedBody ?? {}) as { method?: string }
      const list = options?.authInfo === undefined ? lists[method ?? ''] : undefined
      return list === undefined ? answer(request, options) : Response.json({ jsonrpc: '2.0', id: 1, result: list })
    },
  }
}
