/** `countersign attest …`: keys, attestations, and what becomes of them. */
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import type { IssueOptions } from './issue.ts'
import type { JudgeOptions } from './judge.ts'
import type { KeygenOptions } from './keygen.ts'
import { addOperatorCommands } from './operator-commands.ts'

/** Adds the commands. */
export function addAttestCommands(program: Command, context: Context): void {
  const attest = program
    .command('attest')
    .summary('make, judge and explain attestations of agents; look after an issuer’s keys')
  addKeygen(attest, context)
  addIssue(attest, context)
  addVerify(attest, context)
  addInspect(attest, context)
  addOperatorCommands(attest, context)
}

function addKeygen(attest: Command, context: Context): void {
  attest
    .command('keygen')
    .summary('make a private key, in a file for its owner alone')
    .description(
      'Makes a private key as a JWK: the root of an issuer, the key of a deployment, or that of an agent’s instance. ' +
        'The file is never overwritten. Prints the public half.',
    )
    .requiredOption('--out <file>', 'where the private key goes')
    .addOption(new Option('--algorithm <name>', 'what it signs with').choices(['Ed25519', 'ES256']).default('Ed25519'))
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign attest keygen --out root.json\n  countersign attest keygen --algorithm ES256 --out agent.json',
    )
    .action(async (options: KeygenOptions) => {
      // Loaded here, as below, so that help and the other commands need not wait for it.
      const { makeKeyFile } = await import('./keygen.ts')
      await makeKeyFile(options, context)
    })
}

function addIssue(attest: Command, context: Context): void {
  attest
    .command('issue')
    .summary('get an attestation from its issuer, as a deployment does')
    .description(
      'Proves to an attestation issuer which deployment this is, and that it holds an instance’s key; prints the ' +
        'attestation that it gives for that. Whoever shows it also has to show proofs by that key.',
    )
    .requiredOption('--audience <url>', 'the one server that it is for')
    .option('--instance-key <file>', 'the key that it is for, a private JWK; default: a new one that nobody keeps')
    .option('--issuer <url>', 'who is asked; default: the one of up')
    .option('--client-id <id>', 'the deployment, with --key; default: the client of up')
    .option('--key <file>', 'its private key, a JWK')
    .option('--data <dir>', 'folder with the credentials that up left', DEFAULT_DATA_FOLDER)
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nExample:\n  countersign attest issue --audience http://127.0.0.1:7401/mcp | countersign attest inspect -',
    )
    .action(async (options: IssueOptions) => {
      const { issueAttestation } = await import('./issue.ts')
      await issueAttestation(options, context)
    })
}

function addVerify(attest: Command, context: Context): void {
  judging(attest.command('verify'))
    .summary('would this attestation be accepted here?')
    .description(
      'Verifies an attestation as a guard does: issuer, keys, signature, times, key and audience. What is not given is ' +
        'taken from the attestation itself, and said. Nothing is spent.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  countersign attest verify --audience http://127.0.0.1:7401/mcp - < attestation.txt\n' +
        '  countersign attest verify --trust trust.json --policy \'{"presence":"required","minimumSafetyLevel":"enhanced"}\' -',
    )
    .action(async (argument: string | undefined, options: JudgeOptions) => {
      const { verifyAttestation } = await import('./verify.ts')
      await verifyAttestation(argument, options, context)
    })
}

function addInspect(attest: Command, context: Context): void {
  judging(attest.command('inspect'))
    .summary('explain an attestation claim by claim, and why it would be refused here')
    .description(
      'Decodes an attestation, explains each claim, and says whether a guard here would take it, or why not.',
    )
    .addHelpText('after', '\nExample:\n  countersign attest inspect - < attestation.txt')
    .action(async (argument: string | undefined, options: JudgeOptions) => {
      const { inspectAttestation } = await import('./inspect.ts')
      await inspectAttestation(argument, options, context)
    })
}

/** What an attestation is judged by. */
function judging(command: Command): Command {
  return command
    .argument('[attestation]', 'the attestation, or - for stdin')
    .option('--trust <file>', 'whose attestations count: a trust.json; default: the issuer of up')
    .option('--audience <url>', 'the server that it is shown to')
    .option('--client-id <id>', 'the client that shows it')
    .option('--proof-key <thumbprint>', 'of the key whose DPoP proof comes with it, or none')
    .option('--policy <json>', 'what is asked of the agent, as in the options of a guard')
    .option('--data <dir>', 'folder of up', DEFAULT_DATA_FOLDER)
    .option('--json', 'print one line of JSON')
}
