/** Why an address cannot be listened at. */
import { CommandFailed } from '../../exit.ts'

/** An address, and the member of the configuration that names it. */
export interface Wanted {
  readonly member: 'listen' | 'admin'
  readonly host: string
  readonly port: number
}

/** Explains what Node says; what it is not about comes back as it is. */
export function explainListening(error: unknown, { member, host, port }: Wanted): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  switch (code) {
    case 'EADDRINUSE':
      return new CommandFailed(
        `${address} is in use. Stop what listens there, or choose another port in \`${member}\`.`,
      )
    case 'EACCES':
      return new CommandFailed(`${address} may not be opened. Choose a port above 1023 in \`${member}\`.`)
    case 'EADDRNOTAVAIL':
      return new CommandFailed(`This machine has no address ${host}. Name one that it has in \`${member}.host\`.`)
    default:
      return error
  }
}
