/** `countersign keys …`: the keys that the authorization server of `serve` signs tokens with. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { KeysOptions, RotateOptions } from './run.ts'

/** Adds the commands. */
export function addKeysCommands(program: Command, context: Context): void {
  const keys = program
    .command('keys')
    .summary('list or rotate the signing keys of serve')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign keys list --config /etc/countersign/serve.json\n' +
        '  countersign keys rotate --config /etc/countersign/serve.json',
    )
  configured(keys.command('list'))
    .summary('which keys sign, will sign, and did')
    .description('Lists the signing keys that are published, the one that signs first.')
    .addHelpText('after', '\nExample:\n  countersign keys list --config /etc/countersign/serve.json')
    .action(async (options: KeysOptions) => {
      // Loaded here, as below, so that help and the other commands need not wait for it.
      const { listKeys } = await import('./run.ts')
      await listKeys(options, context)
    })
  configured(keys.command('rotate'))
    .summary('add the next signing key')
    .description(
      'Adds the next signing key. It is published at once, signs when everybody has had time to fetch it, and the one ' +
        'before stays published until its last token is over. Every worker of every host follows within 2 seconds; ' +
        'nothing is restarted. While a next key waits, none is added.',
    )
    .option('--stolen', 'somebody may have a key: the new one signs at once, and no other is published any more')
    .addHelpText('after', '\nExample:\n  countersign keys rotate --config /etc/countersign/serve.json')
    .action(async (options: RotateOptions) => {
      const { rotateKeys } = await import('./run.ts')
      await rotateKeys(options, context)
    })
}

function configured(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'the configuration of serve')
    .option('--json', 'print one line of JSON')
}
