/** X16: the side doors of the protocol, with a token for one tool. */
import type { Attack } from '../attack.ts'
import { callTool, obtainToken, rpc } from '../scene/agent.ts'

/** A server of which one tool was declared. */
const oneTool = {
  tools: { read_notes: { scopes: ['notes:read'] } },
  resources: {},
  prompts: {},
  methods: {},
} as const

/** The front door is guarded. */
export const sideDoors: Attack = {
  id: 'X16',
  title: 'What the tools do not give is read through another method',
  source: { document: 'ours', section: 'resources, prompts, completion, subscriptions and tasks' },
  needs: 'a guard that knows of tools alone',
  steps: ['The agent has a token for one tool.', 'It asks for the same things as resources, prompts or subscriptions.'],
  analog: 'A locked front door beside an open window.',
  variants: [
    {
      title: 'A note is read as a resource, though only a tool was declared',
      common: { guard: oneTool },
      weakened: { weak: ['undeclared_is_open'] },
      async run(scene) {
        const { id } = scene.a.notes.write('secret') ?? { id: 0 }
        const body = rpc('resources/read', { uri: `note:///${id}` })
        return callTool(await obtainToken(scene), scene.a.resource, body)
      },
      stoppedBy: 'method_not_declared',
      status: 403,
    },
  ],
}
