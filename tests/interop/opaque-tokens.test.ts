/** Opaque tokens of our authorization server at our guard: asked about once, and over as soon as they are revoked. */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type AuthorizationServer, createAuthorizationServer } from '@countersign/authorization-server'
import { callTool, type Holder, requestToken, toolCall } from '@countersign/lab'
import { notesScopes } from '@countersign/notes-server'
import type { IssuerTrust } from '@countersign/resource-server'
import { closeServer, listen } from '@countersign/resource-server/node'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NotesPlace, useNotesPlaces } from '../support/served-notes.ts'

const data = mkdtempSync(join(tmpdir(), 'countersign-opaque-'))
const takePlace = useNotesPlaces()
const http: Server = createServer()
/** Paths that the authorization server was asked for. */
const asked: string[] = []
let issuer = ''
let authorization: AuthorizationServer
let places: { readonly opaque: NotesPlace; readonly signed: NotesPlace }

async function createKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const common = { kid: 'key-1', alg: 'ES256' }
  return {
    privateJwk: { ...(await exportJWK(privateKey)), ...common } as JWK & JsonWebKey,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), ...common }] },
  }
}
const [agentKey, opaqueKey, signedKey] = await Promise.all([createKey(), createKey(), createKey()])

beforeAll(async () => {
  await listen(http, 0, '127.0.0.1')
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  places = { opaque: await takePlace(), signed: await takePlace() }
  const { opaque, signed } = places
  authorization = await createAuthorizationServer({
    issuer,
    database: join(data, 'authorization.sqlite'),
    resources: [
      {
        resource: opaque.resource,
        scopes: notesScopes,
        accessTokenFormat: 'opaque',
        introspection: { clientId: 'opaque-notes', jwks: opaqueKey.jwks },
      },
      {
        resource: signed.resource,
        scopes: notesScopes,
        introspection: { clientId: 'signed-notes', jwks: signedKey.jwks },
      },
    ],
    clients: [
      { clientId: 'agent', grants: ['client_credentials'], jwks: agentKey.jwks, scopes: Object.keys(notesScopes) },
    ],
  })
  http.on('request', countRequests(authorization.listener))
})

afterAll(async () => {
  await closeServer(http, 0)
  await authorization.close()
  rmSync(data, { recursive: true })
})

function countRequests(listener: RequestListener): RequestListener {
  return (request, response) => {
    asked.push((request.url ?? '').split('?')[0] ?? '')
    listener(request, response)
  }
}
const timesAsked = (path: string) => asked.filter((one) => one === path).length
const trusting = (clientId: string, privateJwk: JsonWebKey): IssuerTrust => ({
  issuer,
  introspection: { clientId, privateJwk },
})
const obtain = (resource: string): Promise<Holder> =>
  requestToken(issuer, { clientId: 'agent', privateJwk: agentKey.privateJwk }, { resource })
const readNotes = (holder: Holder, { resource }: { readonly resource: string }) =>
  callTool(holder, resource, toolCall('read_notes'))

async function findIntrospectionPath(): Promise<string> {
  const response = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  const { introspection_endpoint: endpoint } = (await response.json()) as { introspection_endpoint: string }
  return new URL(endpoint).pathname
}

describe('an opaque token', () => {
  it('is asked about once, as the issuer says what it revokes; and is over when it was', async () => {
    const served = await places.opaque.serve(trusting('opaque-notes', opaqueKey.privateJwk))
    const path = await findIntrospectionPath()
    const holder = await obtain(served.resource)
    expect(holder.token).not.toContain('.')
    expect(await readNotes(holder, served)).toMatchObject({ status: 200 })
    await setTimeout(2_500)
    expect(await readNotes(holder, served)).toMatchObject({ status: 200 })
    expect(timesAsked(path)).toBe(1)
    await authorization.revoke({ client: 'agent' })
    await setTimeout(2_000)
    expect(await readNotes(holder, served)).toMatchObject({ status: 401, code: 'invalid_token' })
    // It counts whole seconds: what is issued in the second of the revocation is over too.
    await setTimeout(1_000)
    expect(await readNotes(await obtain(served.resource), served)).toMatchObject({ status: 200 })
  })

  it('for another server is not told of, and lets nobody in here', async () => {
    const served = await places.signed.serve(trusting('signed-notes', signedKey.privateJwk))
    const holder = await obtain(places.opaque.resource)
    expect(await readNotes(holder, served)).toMatchObject({ status: 401, code: 'invalid_token' })
    expect(served.events.findLast(({ type }) => type === 'refused')).toMatchObject({ reason: 'inactive' })
  })
})
