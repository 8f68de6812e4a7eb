/** The flags of `countersign call`. */
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import type { CallOptions } from './run.ts'

/** Adds the command. */
export function addCallCommand(program: Command, context: Context): void {
  program
    .command('call')
    .summary('list or call the tools of a server, as an attested, sender-bound agent')
    .description(
      'Gets a token that is bound to a fresh key and to this one server, proves that key with every request, has\n' +
        'itself attested to servers that take attestations, and calls a tool. Without a tool it lists them.',
    )
    .argument('<resource>', 'URL of the MCP server')
    .argument('[tool]', 'name of the tool')
    .option('--arg <name=value>', 'an argument; may be given several times', collect, [])
    .option('--json-args <json>', 'all arguments as one JSON object')
    .option('--list', 'list the tools')
    .option('-y, --yes', 'allow whatever the call turns out to need: scopes, or a capability for this one call')
    .addOption(new Option('--approve').implies({ yes: true }).hideHelp())
    .addOption(new Option('--era <era>', 'protocol era').choices(['auto', 'legacy', 'modern']).default('auto'))
    .option('--json', 'print the result as one line of JSON')
    .option('--data <dir>', 'folder with the credentials that up left', DEFAULT_DATA_FOLDER)
    .option('--client-id <id>', 'act as another client')
    .option('--key <file>', 'its private key, a JWK')
    .option('--login', 'act for a person, who logs in with the browser')
    .option('--no-attest', 'show no attestation of which agent this is')
    .option('--attestation-issuer <url>', 'who attests the agent; default: the one of up')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign call http://127.0.0.1:7401/mcp\n' +
        '  countersign call http://127.0.0.1:7401/mcp write_note --arg text="buy milk" --yes\n' +
        '  countersign call http://127.0.0.1:7401/mcp delete_note --arg note_id=1',
    )
    .action(async (resource: string, tool: string | undefined, options: CallOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runCall } = await import('./run.ts')
      await runCall(resource, options.list === true ? undefined : tool, options, context)
    })
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value]
}
