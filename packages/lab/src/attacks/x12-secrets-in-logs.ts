/** X12: secrets are sought where they do not belong, in the log first of all. */
import type { Attack } from '../attack.ts'
import { createHunt, type SecretKind as Hunted } from '../hunt/hunt.ts'
import { findSecrets, type SecretKind } from '../recording/mask.ts'
import { sentSoFar } from '../recording/recording.ts'
import { callTool, obtainToken, prepareCall, toolCall } from '../scene/agent.ts'
import { clientCredentials, postToken } from '../scene/authorization.ts'
import { logIn, refresh } from '../scene/login.ts'
import type { Scene } from '../scene/scene.ts'
import { type Answer, createAgentKey, noAnswer, send } from '../scene/wire.ts'

/** A note that nobody but its writer should read. */
const NOTE = 'the safe opens with 4711-0815-2342'

/** Good calls and bad ones, an agent's and a person's: each with credentials, and most of them refused. */
async function drive(scene: Scene): Promise<void> {
  const { resource } = scene.a
  const holder = await obtainToken(scene, { scope: 'notes:read notes:write' })
  const captured = await prepareCall(holder, resource, toolCall('write_note', { text: NOTE }))
  const { authorization = '', dpop = '' } = captured.headers ?? {}
  const wrong: Readonly<Record<string, string | string[]>>[] = [
    {},
    { authorization: `Bearer ${holder.token}` },
    { authorization: [String(authorization), String(authorization)] },
    { authorization: String(authorization).slice(0, -9) },
    { dpop: `${String(dpop)}=` },
    { 'mcp-name': holder.token },
  ]
  await send(resource, captured)
  for (const headers of wrong) await send(resource, { ...captured, headers: { ...captured.headers, ...headers } })
  await callTool({ ...holder, key: await createAgentKey() }, resource, toolCall('read_notes'))
  await callTool(holder, resource, toolCall('delete_note', { note_id: 1 }))
  await send(`${resource}?access_token=${holder.token}`, captured)
  const login = await logIn(scene)
  await refresh(scene, login, login.tokens.refresh)
  await refresh(scene, { ...login, key: await createAgentKey() }, login.tokens.refresh)
  await postToken(scene, { ...(await clientCredentials(scene)), scope: NOTE })
}

const kinds: Readonly<Record<SecretKind, Hunted>> = {
  token: 'access_token',
  'refresh token': 'refresh_token',
  proof: 'proof',
  assertion: 'assertion',
  attestation: 'attestation',
  code: 'code',
  verifier: 'code_verifier',
  'client secret': 'server_secret',
  password: 'password',
  cookie: 'cookie',
  'form token': 'form_token',
}

/** What has to be there to be found, or the hunt would prove nothing. */
const SENT: readonly Hunted[] = ['access_token', 'refresh_token', 'assertion', 'code', 'cookie', 'password', 'proof']

/** Everything that was sent or handed out, sought in the log in every guise. */
function search({ log }: Scene): Answer {
  const hunt = createHunt()
  hunt.add('text', NOTE)
  for (const { kind, value } of sentSoFar().flatMap(findSecrets)) hunt.add(kinds[kind], value)
  if (!SENT.every((kind) => hunt.kinds.has(kind))) throw new Error('there was too little to be found')
  if (!log.some((line) => line.includes('replay_detected'))) throw new Error('nothing was logged')
  const found = new Set(hunt.search('log', log.join('\n')).map(({ kind }) => kind))
  const body = [...found].sort().join(', ')
  return found.size === 0
    ? noAnswer('none_found')
    : { status: 200, headers: {}, body, code: undefined, nonce: undefined }
}

/** Logs go to more people than servers do, and are kept for longer. */
export const secretsInLogs: Attack = {
  id: 'X12',
  title: 'Tokens, proofs, codes and passwords are sought in the log',
  source: { document: 'ours', section: 'what is logged' },
  needs: 'a server that logs what comes in',
  steps: [
    'An agent and a person work with the servers; others try things with what they stole, and are refused.',
    'The attacker gets hold of the log: a backup, a dashboard, a support ticket.',
    'It looks for every secret that was sent or handed out, in every way in which programs write them.',
  ],
  analog: "A visitors' book in which people are asked to leave their signature and their PIN.",
  variants: [
    {
      title: 'The log of all servers is searched',
      weakened: { weakSettings: ['careless_log'] },
      async run(scene) {
        await drive(scene)
        return search(scene)
      },
      stoppedBy: 'none_found',
      status: 0,
    },
  ],
}
