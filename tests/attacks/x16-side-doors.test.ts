/** X16, what stands beside the attack: every method there is. */
import { callTool, obtainToken, rpc } from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const oneTool = { tools: { read_notes: { scopes: ['notes:read'] } }, resources: {}, prompts: {}, methods: {} }

describe('X16: every other method is closed unless it was declared', () => {
  const deployment = useDeployment({ guard: oneTool })

  it.each([
    ['resources/read', { uri: 'note:///1' }],
    ['resources/list', {}],
    ['resources/templates/list', {}],
    ['resources/subscribe', { uri: 'note:///1' }],
    ['prompts/get', { name: 'summarise_notes' }],
    ['prompts/list', {}],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'summarise_notes' } }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: ['note:///1'] } }],
    ['tasks/get', { taskId: 'a' }],
    ['tasks/result', { taskId: 'a' }],
    ['logging/setLevel', { level: 'debug' }],
    ['x-vendor/anything', {}],
  ])('%s', async (method, params) => {
    const answer = await callTool(await obtainToken(deployment()), deployment().a.resource, rpc(method, params))
    expect(answer).toMatchObject({ status: 403, code: 'method_not_declared' })
  })

  it('a tool that was not declared is closed too', async () => {
    const holder = await obtainToken(deployment(), { scope: 'notes:read notes:delete' })
    const body = rpc('tools/call', { name: 'delete_note', arguments: { note_id: 1 } })
    const answer = await callTool(holder, deployment().a.resource, body)
    expect(answer).toMatchObject({ status: 403, code: 'tool_not_declared' })
  })
})
