import { Command } from 'commander';
import { cleanUntrustedText } from '../domain/research/untrusted-text.ts';
import { describeFailure } from '../service/failure.ts';
import { type CliSources, createCommandRunner } from './command-runner.ts';
import { addAccountCommands } from './definitions/account-commands.ts';
import { addAlertCommands } from './definitions/alert-commands.ts';
import { addKeyCommands } from './definitions/key-commands.ts';
import { addLineageCommands } from './definitions/lineage-commands.ts';
import { addOrderCommands } from './definitions/order-commands.ts';
import { addPortfolioCommands } from './definitions/portfolio-commands.ts';
import { addResearchCommands } from './definitions/research-commands.ts';
import { addScheduleCommands } from './definitions/schedule-commands.ts';
import { addStrategyCommands } from './definitions/strategy-commands.ts';
import { addTradingCommands } from './definitions/trading-commands.ts';
import { addUserCommands } from './definitions/user-commands.ts';
import type { CliIo } from './io.ts';
import { remedyFor } from './remedies.ts';
import { renderJson } from './text/json.ts';

const MAX_LINE_LENGTH = 4000;
const DESCRIPTION = 'Trading strategies from plan to portfolio, and orders from intent to fill.';
const EXAMPLES = `
Step by step:
  $ npm run folios -- plan
  $ npm run folios -- enqueue --providers openai,gemini --hold
  $ npm run folios -- submit        then poll, harvest
  $ npm run folios -- execute --ready --balance 100000
  $ npm run folios -- compare

Orders of your own:
  $ npm run folios -- account open demo --balance 100000
  $ npm run folios -- order place --account demo --buy 10 KO --limit 60.10
  $ npm run folios -- orders --watch

In the examples of each command, "folios" stands for "npm run folios --".`;

/** The command line. Failures of its actions are thrown by `parseAsync`; `runCli` reports them. */
export function createProgram(io: CliIo, sources: CliSources): Command {
  const program = new Command('folios')
    .description(DESCRIPTION)
    .option('--json', 'one JSON document on stdout and nothing else')
    .option('--timing', 'print the elapsed milliseconds to stderr')
    .option('--server <url>', 'work on the folios server at this address (default: FOLIOS_SERVER; else this machine)')
    .option('--token-file <file>', 'where the token for that server stands (default: the variable FOLIOS_TOKEN)')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // Reported once, by runCli, in the same form as every other error.
      outputError: () => undefined,
    });
  const runner = createCommandRunner(io, sources);
  addStrategyCommands(program, runner);
  addScheduleCommands(program, runner);
  addKeyCommands(program, runner);
  addResearchCommands(program, runner);
  addPortfolioCommands(program, runner);
  addAccountCommands(program, runner);
  addOrderCommands(program, runner);
  addTradingCommands(program, runner);
  addUserCommands(program, runner);
  addAlertCommands(program, runner);
  addLineageCommands(program, runner);
  return program;
}

/** Runs one command; `argv` is what the user typed after `folios`. Returns the exit code: 0, or 1 with an error on stderr. */
export async function runCli(argv: readonly string[], io: CliIo, sources: CliSources): Promise<number> {
  try {
    await createProgram(io, sources).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (isHelp(error)) return argv.length === 0 ? 1 : 0;
    io.stderr.write(`${renderError(error, argv.includes('--json'))}\n`);
    return 1;
  } finally {
    if (argv.includes('--timing')) io.stderr.write(`elapsed ${Math.round(io.elapsedMs())} ms\n`);
  }
}

/** Commander throws where it would have exited after showing help. */
function isHelp(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'commander.helpDisplayed' || code === 'commander.help';
}

function renderError(error: unknown, json: boolean): string {
  const failure = describeFailure(error);
  if (json) return renderJson({ error: failure });
  const [first = '', ...others] = failure.message.split('\n').map(withoutControls);
  const remedy = remedyFor(failure.code);
  return [`error ${failure.code}: ${first}`, ...others, ...(remedy ? [remedy] : [])].join('\n');
}

/** Messages quote providers and files, which are not trusted with the terminal. */
function withoutControls(line: string): string {
  const [indent = ''] = /^ */.exec(line) ?? [];
  return indent + cleanUntrustedText(line, MAX_LINE_LENGTH);
}
