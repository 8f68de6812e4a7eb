import { type NotesStore, notesServer } from '@countersign/notes-server'
import type { McpHandler } from '@countersign/resource-server'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { afterEach, expect, it, vi } from 'vitest'
import { callTool, obtainToken, toolCall } from './agent.ts'
import { startScene } from './scene.ts'

afterEach(() => void vi.restoreAllMocks())

/** Lists its tools, as it has to at its start, and can do no more. */
function breakOnCalls(notes: NotesStore): McpHandler {
  const handler = createMcpHandler(() => notesServer(notes))
  return {
    fetch: async (request, options) => {
      if (request.headers.get('mcp-method') !== 'tools/call') return handler.fetch(request, options)
      throw new SyntaxError('something that a caller wrote')
    },
  }
}

it('a server of the lab that breaks says so in its own log, and not to whoever runs the attack', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const scene = await startScene({ handler: breakOnCalls }, false)
  const { status } = await callTool(await obtainToken(scene), scene.a.resource, toolCall('read_notes'))
  expect(status).toBe(500)
  expect(said).not.toHaveBeenCalled()
  expect(scene.log).toContainEqual(expect.stringContaining('SyntaxError'))
  expect(scene.log.join('\n')).not.toContain('something that a caller wrote')
  await scene.close()
})
