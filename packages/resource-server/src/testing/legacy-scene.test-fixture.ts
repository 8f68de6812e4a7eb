/** A guarded server whose clients attest themselves in `initialize`. */
import { randomUUID } from 'node:crypto'
import type { AuthInfo } from '../auth-info.ts'
import type { GuardedServer, McpHandler } from '../guarded-server.ts'
import { createDurableLedger } from './durable-ledger.test-fixture.ts'
import { createHandler } from './handler.test-fixture.ts'
import { start } from './issuer.test-fixture.ts'
import {
  createLegacyAttester,
  initializeResult,
  type LegacyAttester,
  legacyAgent,
  legacyInitialize,
} from './legacy-client.test-fixture.ts'
import { createScene, type RequestParts, type Scene, type SceneOptions } from './scene.test-fixture.ts'

/** What a handler was asked, in order. */
export interface Asked {
  readonly authInfo: AuthInfo | undefined
  readonly body: unknown
  readonly text: string
  readonly sessionId: string | null
}

/** A scene, its server, and what reached the handler. */
export interface LegacyScene extends Scene {
  readonly attester: LegacyAttester
  readonly server: GuardedServer
  readonly asked: Asked[]
  send(parts?: RequestParts): Promise<Response>
  /** `initialize` with a good token, or with the given one. */
  initialize(token?: string, parts?: RequestParts): Promise<Response>
}

/** How it differs. */
export interface LegacySceneKind {
  /** Whether the handler keeps sessions, and says so with every answer, as the SDK's does. */
  readonly sessions?: boolean
  /** Whether the guard has a trust list. */
  readonly trusting?: boolean
}

/** `options` are those of any scene. */
export async function createLegacyScene(
  options: SceneOptions = {},
  { sessions = false, trusting = true }: LegacySceneKind = {},
): Promise<LegacyScene> {
  const attester = await createLegacyAttester()
  const asked: Asked[] = []
  const scene = await createScene({
    ...(trusting && { attesters: [attester.line()] }),
    ledger: createDurableLedger(),
    ...options,
  })
  const server = scene.guard.protect(createRecordingHandler(asked, sessions))
  const send = async (parts?: RequestParts) => server.fetch(await scene.request(parts))
  return Object.assign(scene, {
    attester,
    server,
    asked,
    send,
    async initialize(token?: string, parts?: RequestParts) {
      return send({ body: legacyInitialize(token ?? (await attester.attest())), ...parts })
    },
  })
}

function createRecordingHandler(asked: Asked[], keepsSessions: boolean): McpHandler {
  return createHandler(async (request, options) => {
    const given = request.headers.get('mcp-session-id')
    asked.push({
      authInfo: options?.authInfo,
      body: options?.parsedBody,
      text: await request.text(),
      sessionId: given,
    })
    const { id = null, method } = (options?.parsedBody ?? {}) as { id?: unknown; method?: string }
    const result = method === 'initialize' ? initializeResult : {}
    const sessionId = method === 'initialize' ? randomUUID() : given
    const headers = keepsSessions && sessionId !== null ? { 'mcp-session-id': sessionId } : {}
    return Response.json({ jsonrpc: '2.0', id, result }, { headers })
  })
}

/** The id of the session that an answer opened. */
export function sessionOf(answer: Response): string {
  const id = answer.headers.get('mcp-session-id')
  if (id === null) throw new Error('the answer opens no session')
  return id
}

/** Whom the handler was last told of. */
export const agentOf = ({ asked }: LegacyScene) => asked.at(-1)?.authInfo?.extra.countersign.agent

/** How many calls were served without the attestation that was preferred. */
export const missed = ({ events }: LegacyScene) => events.filter(({ type }) => type === 'attestation_missed').length

/** Code and reason. */
export const lastRefusal = ({ events }: LegacyScene) =>
  events.flatMap((event) => (event.type === 'refused' ? [[event.code, event.reason]] : [])).at(-1)

/** The JSON-RPC code of an answer. */
export const codeOf = async (answer: Response) => ((await answer.json()) as { error?: { code: number } }).error?.code

/** What is known of an agent that showed a good token. */
export const attested = {
  issuer: 'https://api.anthropic.com',
  level: 'provider',
  binding: 'single_use',
  source: 'legacy',
  expires: start + 300,
  agent: { identity: legacyAgent.agent_identity },
} as const
