/** Instances of agents, capabilities, and all that was passed on: revoked at the authorization server, over at the guard. */

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Revocation } from '@countersign/authorization-server'
import {
  type AgentKey,
  callTool,
  createAgentKey,
  type Holder,
  prepareCall,
  rpc,
  send,
  signAssertion,
  signProof,
  toolCall,
} from '@countersign/lab'
import { calculateJwkThumbprint, decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CapabilityDeployment,
  type KeyClient,
  startCapabilityDeployment,
} from '../support/capability-deployment.ts'

let deployment: CapabilityDeployment
beforeAll(async () => {
  deployment = await startCapabilityDeployment({ approval: 'none' })
})
afterAll(() => deployment.close())

/** A token request of a client under a key. */
async function ask(client: KeyClient, key: AgentKey, form: Record<string, string>): Promise<Holder> {
  const { issuer } = deployment
  const url = `${issuer}/token`
  const post = async (nonce?: string) =>
    send(url, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        dpop: await signProof(key, { url, ...(nonce !== undefined && { nonce }) }),
      },
      body: new URLSearchParams({
        ...form,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await signAssertion(client, issuer),
      }).toString(),
    })
  const { nonce } = await post()
  const { status, body } = await post(nonce)
  const { access_token: token } = JSON.parse(body) as { access_token?: string }
  if (token === undefined) throw new Error(`no token: ${status} ${body}`)
  return { token, key }
}

const exchange = (client: KeyClient, key: AgentKey, subject_token: string, rest: Record<string, string> = {}) =>
  ask(client, key, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    ...rest,
  })

/** The orchestrator's token, what it made of it for the worker, and what the worker made of that. */
interface Line {
  readonly first: Holder
  readonly last: Holder
}

async function passOn(rest: Record<string, string> = {}): Promise<Line> {
  const { orchestrator, worker } = deployment
  const key = await createAgentKey()
  const scope = 'notes:read notes:delete'
  const first = await ask(orchestrator, key, { grant_type: 'client_credentials', scope, ...rest })
  const given = await exchange(orchestrator, key, first.token, { may_act: worker.clientId })
  return { first, last: await exchange(worker, await createAgentKey(), given.token) }
}

/** Opens a stream; the answer ends when the guard ends it. */
async function openStream(holder: Holder): Promise<IncomingMessage> {
  const body = rpc('subscriptions/listen', { notifications: { toolsListChanged: true } })
  const { headers = {} } = await prepareCall(holder, deployment.resource, body)
  const outgoing = request(deployment.resource, { method: 'POST', headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return response.resume()
}

const read = (holder: Holder) => callTool(holder, deployment.resource, toolCall('read_notes'))
const jktOf = ({ key }: Holder) => calculateJwkThumbprint(key.publicJwk)
const capabilitiesOf = ({ token }: Holder) => decodeJwt(token).authorization_details as [{ id: string }]
const details = () => ({
  authorization_details: JSON.stringify([
    {
      type: 'mcp_tool',
      locations: [deployment.resource],
      tool: 'delete_note',
      arguments: { '/note_id': { equals: 42 } },
      uses: 1,
      seconds: 60,
    },
  ]),
})

describe('a right that was passed on to a worker', () => {
  it('goes on when another instance of the worker is revoked', async () => {
    const [mine, others] = [await passOn(), await passOn()]
    await deployment.revoke({ agent: await jktOf(others.last) })
    await setTimeout(2000)
    expect(await read(others.last)).toMatchObject({ status: 401 })
    for (const holder of [mine.first, mine.last, others.first])
      expect(await read(holder)).toMatchObject({ status: 200 })
  })

  it.each<[string, (line: Line) => Promise<Revocation>]>([
    ['the token that it came from', async ({ first }) => ({ token: String(decodeJwt(first.token).jti) })],
    ['the instance that holds it, by its key', async ({ last }) => ({ agent: await jktOf(last) })],
    ['a capability that its own was narrowed from', async ({ first }) => ({ capability: capabilitiesOf(first)[0].id })],
    // Last: what a client gets in the same second ends as well.
    ['the client that passed it on', async () => ({ client: deployment.orchestrator.clientId })],
  ])('is over within 2 seconds of the revocation of %s, its streams included', async (_name, name) => {
    const line = await passOn(details())
    const stream = await openStream(line.last)
    const ended = once(stream, 'end').then(() => true)
    expect(await read(line.last)).toMatchObject({ status: 200 })
    expect(stream.readableEnded).toBe(false)
    await deployment.revoke(await name(line))
    expect(await Promise.race([ended, setTimeout(2500, false)])).toBe(true)
    expect(await read(line.last)).toMatchObject({ status: 401, code: 'invalid_token' })
  })
})
