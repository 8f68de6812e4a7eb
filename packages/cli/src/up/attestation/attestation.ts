/** The attestation issuer of `up`, served, and the trust in it that the other servers have. */
import { createTrustFolder } from '@countersign/attestation/node'
import { createTrust, type Trust } from '@countersign/attestation/trust'
import { type AttestationIssuerServer, createAttestationIssuerServer } from '@countersign/attestation-issuer'
import { type AttestationEvents, type Clock, describeFault } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { hardenServer } from '@countersign/resource-server/node'
import type { ClientFile } from '../../client-file.ts'
import type { DataFolder } from '../../data-folder.ts'
import { CommandFailed } from '../../exit.ts'
import type { Log } from '../../log/log.ts'
import type { OpenPort } from '../ports.ts'
import { describeAgent } from './agents.ts'
import { prepareRoot, rootOptions, trustOwnIssuer } from './root-key.ts'
import { createWebListener } from './web-listener.ts'

/** What attestation is made of. */
export interface AttestationParts {
  readonly folder: DataFolder
  readonly port: OpenPort
  /** Its key proves who every one of `clientIds` is. */
  readonly client: ClientFile
  readonly clientIds: readonly string[]
  readonly clock: Clock
  readonly log: Log
  readonly events: AttestationEvents
}

/** What is running. */
export interface Attestation {
  readonly trust: Trust
  close(): Promise<void>
}

/** How often the issuer's keys are looked after, in milliseconds: what `attest rotate` and `revoke` did counts from then. */
const TENDING_MS = 1000

/** Starts the issuer on an open port and learns its keys, over HTTP as any other server would. */
export async function serveAttestation(parts: AttestationParts): Promise<Attestation> {
  const { folder, port, clock, log } = parts
  const onFault = (error: unknown) => log.process({ type: 'fault', ...describeFault(error) })
  const root = await prepareRoot(folder.attestationRootFile)
  const { d: _, ...publicJwk } = parts.client.private_jwk
  const both = (tell: AttestationEvents): AttestationEvents => {
    return (event) => {
      tell(event)
      parts.events(event)
    }
  }
  const server = await createAttestationIssuerServer({
    issuer: port.origin,
    database: folder.attestationDatabase,
    deployments: parts.clientIds.map((clientId) => describeAgent(clientId, publicJwk)),
    ...rootOptions(root),
    clock,
    events: both(log.attestation),
    onFault,
  })
  const trust = createTrust([trustOwnIssuer(port.origin, root.publicJwk)], {
    verifier: createFastVerifier(),
    clock,
    state: createTrustFolder(folder.trustFolder),
    events: both(log.trust),
  })
  hardenServer(port.http)
  port.http.on(
    'request',
    createWebListener((request) => server.fetch(request), onFault),
  )
  const keeper = createKeeper(server, trust)
  const close = async () => {
    keeper.stop()
    trust.close()
    await server.close()
  }
  try {
    await keeper.look()
    keeper.start(onFault)
    return { trust, close }
  } catch (error) {
    await close()
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandFailed(`${why} What is remembered of issuers is kept in ${folder.trustFolder}.`)
  }
}

/** Looks after the issuer's keys. */
interface Keeper {
  /** Takes due steps of their life, also those that another process asked for, and lets the others know of them. */
  look(): Promise<void>
  /** Looks every second. */
  start(onFault: (error: unknown) => void): void
  stop(): void
}

function createKeeper(server: AttestationIssuerServer, trust: Trust): Keeper {
  let told: string | undefined
  let timer: NodeJS.Timeout | undefined
  let isBusy = false

  async function look(): Promise<void> {
    await server.tend()
    const { bundle } = await server.publish()
    if (bundle === told) return
    await trust.invalidate(server.issuer)
    // Only then: what failed is tried again.
    told = bundle
  }

  async function lookUnlessBusy(onFault: (error: unknown) => void): Promise<void> {
    if (isBusy) return
    isBusy = true
    await look().catch(onFault)
    isBusy = false
  }

  return {
    look,
    start(onFault) {
      timer = setInterval(() => void lookUnlessBusy(onFault), TENDING_MS)
    },
    stop: () => clearInterval(timer),
  }
}
