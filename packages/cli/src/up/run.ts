/** `countersign up`: everything that the guarded example needs, in one process. */
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER, locateDataFolder } from '../data-folder.ts'
import type { LogLevel } from '../log/level.ts'
import { createLog } from '../log/log.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Deployment, startDeployment } from './deployment.ts'

/** The flags. */
export interface UpOptions {
  readonly port: number
  /** Default: the one after the notes server, or a free one with `port` 0. */
  readonly adminPort?: number
  readonly data: string
  readonly json?: true
  readonly logLevel: LogLevel
}

/** Runs until it is interrupted; rejects with what kept it from starting. */
export async function runUp(options: UpOptions, { terminal, clock, interrupted, finish }: Context): Promise<void> {
  const stop = interrupted()
  const { port, adminPort = port === 0 ? 0 : port + 2 } = options
  const log = createLog(options.logLevel, terminal)
  const starting = startDeployment({ folder: locateDataFolder(options.data), port, adminPort, log, clock })
  const deployment = await withProgress(terminal, 'Starting', starting)
  if (options.json === true) terminal.print(describeAsJson(deployment))
  else describe(deployment, options.data, terminal)
  await stop
  if (options.json !== true && terminal.isNoted) terminal.note('Stopping …')
  await deployment.close()
  finish(0)
}

function describeAsJson({ issuer, resource, admin, attestationIssuer, client }: Deployment): string {
  const { client_id, private_jwk } = client
  return JSON.stringify({
    issuer,
    resource,
    admin,
    attestation_issuer: attestationIssuer,
    client: { client_id, private_jwk },
  })
}

function describe(
  { issuer, resource, admin, attestationIssuer, newUser }: Deployment,
  data: string,
  terminal: Terminal,
): void {
  const { print, style } = terminal
  const elsewhere = data === DEFAULT_DATA_FOLDER ? '' : ` --data ${data}`
  print(`Authorization server    ${issuer}`)
  print(`Notes server, guarded   ${resource}`)
  print(`Attestation issuer      ${attestationIssuer}`)
  print(`Metrics and health      ${admin}/metrics, /readyz, /healthz`)
  print(`Data                    ${data}`)
  if (newUser !== undefined) {
    print(`Login                   user ${newUser.name}; the password is in ${locateDataFolder(data).userFile}`)
  }
  print('')
  print(`In another terminal:    ${style('bold', `npx countersign call ${resource} read_notes${elsewhere}`)}`)
  print(style('dim', 'Ctrl-C stops.'))
}
