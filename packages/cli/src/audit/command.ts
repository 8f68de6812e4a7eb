/** The flags of `countersign audit`. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import type { AuditCommandOptions } from './run.ts'

/** Adds the command. */
export function addAuditCommand(program: Command, context: Context): void {
  program
    .command('audit')
    .summary('try the attacks on a server of your own, and report what lands')
    .description(
      'Asks an MCP server what an attacker would ask it: what it publishes, whom it serves, and, with a token for it,\n' +
        'what else it takes for one. For servers of your own, or whose operator agreed. Goes to no other host than the\n' +
        'one that is named, and calls no tool that may write unless told so.',
    )
    .argument('<url>', 'URL of the MCP server')
    .option('--token <file>', 'an access token for it, or - for stdin')
    .option('--key <file>', 'the private key that the token is bound to, a JWK')
    .option('--client <file>', 'get tokens as the client in this file, as up leaves it: client.json')
    .option('--login', 'get tokens for a person, who logs in with the browser')
    .option('--client-id <id>', 'the client that a person logs in to', 'countersign-login')
    .option('--other-token <file>', 'a token for another server, which must not be taken here')
    .option('--other-resource <url>', 'another server, to get such a token for')
    .option('--expired-token <file>', 'a token that has expired')
    .option('--scope <scope>', 'a scope to try tokens with; may be given several times', collect, [])
    .option('--allow-writes', 'call tools, too, that do not say that they are read-only')
    .option('--revoke', 'with --client: revoke the token at the end, and see how long it is still taken')
    .option('--allow-host <host>', 'a host that may be gone to as well, such as its authorization server', collect, [])
    .option('--check <name>', 'run this check only; may be given several times', collect, [])
    .option('--max-requests <count>', 'at most so many requests, 1000 at the most', parseCount)
    .option('--json', 'print the report as one line of JSON')
    .option('--sarif <file>', 'write it as SARIF 2.1.0, too')
    .option('--html <file>', 'write it as a page, too')
    .addHelpText(
      'after',
      '\nExits with 1 when there is a finding of medium or above.\n' +
        '\nExamples:\n  countersign audit https://mcp.example/mcp\n' +
        '  countersign audit http://127.0.0.1:3000/mcp --token token.txt --key key.json --json\n' +
        '  countersign audit http://127.0.0.1:7401/mcp --client .countersign/client.json --html audit.html',
    )
    .action(async (url: string, options: AuditCommandOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runAudit } = await import('./run.ts')
      await runAudit(url, options, context)
    })
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value]
}

function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1000) return count
  throw new InvalidArgumentError('It is a whole number from 1 to 1000.')
}
