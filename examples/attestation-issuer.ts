/** An attestation issuer: the provider of an agent, who knows its deployments and signs for the keys of their instances. */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import { createAttestationIssuerServer } from '@countersign/attestation-issuer'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
writeFileSync('agent-key.json', JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 })

// Signs the bundle of the issuer's keys, and nothing else. In production it is kept offline: see docs/attestation.md.
const root = await createLocalSigner(await generateSigningJwk())

const issuer = await createAttestationIssuerServer({
  issuer: 'http://127.0.0.1:7522',
  database: 'attestation.sqlite',
  root,
  deployments: [
    {
      clientId: 'my-agent',
      jwks: { keys: [publicKey.export({ format: 'jwk' })] },
      identity: {
        model_family: 'my-model',
        model_version: '2.1',
        provider: 'my-company',
        deployment_id: 'production',
      },
      metadata: {
        attestation_version: '1.0',
        attestation_type: 'provider',
        safety_level: 'standard',
        capabilities_declared: ['tools'],
      },
    },
  ],
})

// What servers are given, once: who the issuer is, for whom it may speak, and the root of its keys.
const bundle = { url: 'http://127.0.0.1:7522/keys.jwt', root: root.publicJwk }
const trusted = { issuer: issuer.issuer, level: 'provider', providers: ['my-company'], bundle }
writeFileSync('trust.json', JSON.stringify({ issuers: [trusted] }))

/** The issuer answers web requests; this hands it Node's. */
async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', url = '/', headers } = incoming
  const answered = await issuer.fetch(
    new Request(new URL(url, issuer.issuer), {
      method,
      headers: { 'content-type': headers['content-type'] ?? '' },
      body: method === 'POST' ? Buffer.concat(chunks) : null,
    }),
  )
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text())
}

createServer((incoming, response) => void answer(incoming, response)).listen(7522, '127.0.0.1')

// Keys are prepared, activated and retired in time, and the bundle is signed anew, whenever it is asked to tend to them.
setInterval(() => void issuer.tend(), 60_000)
