/** `countersign up`: everything that the guarded example needs, in one process. */
import type { Events } from '@countersign/core'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER, locateDataFolder } from '../data-folder.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Deployment, startDeployment } from './deployment.ts'

/** The flags. */
export interface UpOptions {
  readonly port: number
  readonly data: string
  readonly json?: true
  readonly verbose?: true
}

/** Runs until it is interrupted; rejects with what kept it from starting. */
export async function runUp(options: UpOptions, { terminal, interrupted, finish }: Context): Promise<void> {
  const stop = interrupted()
  const folder = locateDataFolder(options.data)
  const events = options.verbose === true ? { events: describeEvents(terminal) } : {}
  const deployment = await withProgress(
    terminal,
    'Starting',
    startDeployment({ folder, port: options.port, ...events }),
  )
  if (options.json === true) terminal.print(describeAsJson(deployment))
  else describe(deployment, options.data, terminal)
  await stop
  if (options.json !== true) terminal.note('Stopping …')
  await deployment.close()
  finish(0)
}

function describeAsJson({ issuer, resource, client }: Deployment): string {
  const { client_id, private_jwk } = client
  return JSON.stringify({ issuer, resource, client: { client_id, private_jwk } })
}

function describe({ issuer, resource, newUser }: Deployment, data: string, terminal: Terminal): void {
  const { print, style } = terminal
  const elsewhere = data === DEFAULT_DATA_FOLDER ? '' : ` --data ${data}`
  print(`Authorization server    ${issuer}`)
  print(`Notes server, guarded   ${resource}`)
  print(`Data                    ${data}`)
  if (newUser !== undefined) {
    print(`Login                   user ${newUser.name}; the password is in ${locateDataFolder(data).userFile}`)
  }
  print('')
  print(`In another terminal:    ${style('bold', `npx countersign call ${resource} read_notes${elsewhere}`)}`)
  print(style('dim', 'Ctrl-C stops.'))
}

/** One line for each decision; events carry no token, no key and nothing that a caller wrote. */
function describeEvents({ note, styleNote }: Terminal): Events {
  return (event) => {
    if (event.type === 'allowed')
      note(`${styleNote('green', 'allowed')} ${event.clientId}: ${event.methods.join(', ')}`)
    else if (event.type === 'refused')
      note(`${styleNote('red', 'refused')} ${event.code} ${event.reason ?? ''}`.trimEnd())
    else note(`${styleNote('yellow', event.type)} ${event.issuer} ${event.reason}`)
  }
}
