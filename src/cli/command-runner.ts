import type { Command } from 'commander';
import type { CommandResult, View } from './command-result.ts';
import type { Finding } from './commands/doctor.ts';
import type { Confirmation } from './confirm.ts';
import type { CliContext } from './context.ts';
import { optionText } from './definitions/define-command.ts';
import { type CliIo, widthOf } from './io.ts';
import { askAtTerminal } from './terminal-question.ts';
import { renderJson } from './text/json.ts';

/** What a command's handler is given besides its own arguments. */
export interface Call {
  readonly io: CliIo;
  readonly json: boolean;
  /** Connects on first use and says on stderr what is simulated. */
  connect(): Promise<CliContext>;
  /** Asks every part by itself, without connecting first. */
  diagnose(): Promise<readonly Finding[]>;
  /** Puts a question to the person at the terminal; null where nobody can be asked. */
  readonly ask: Confirmation['ask'];
  /** Layout and the time now. */
  view(context?: CliContext): View;
}

type Handler = (call: Call, options: Record<string, unknown>, args: readonly unknown[]) => Promise<CommandResult>;

/** Runs handlers for commander: one connection at most, one result printed, its failure thrown afterwards. */
export interface CommandRunner {
  readonly io: CliIo;
  action(handler: Handler): (...commanderArguments: unknown[]) => Promise<void>;
}

/** Where commands get what they work with; loaded only by those that need it. */
export interface CliSources {
  connect(where: ServerChoice): Promise<CliContext>;
  diagnose(): Promise<readonly Finding[]>;
}

/** The server that was named on the command line; null for what the environment says. */
export interface ServerChoice {
  readonly server: string | null;
  readonly tokenFile: string | null;
}

export function createCommandRunner(io: CliIo, sources: CliSources): CommandRunner {
  return {
    io,
    action:
      (handler) =>
      async (...commanderArguments) => {
        const command = commanderArguments.at(-1) as Command;
        const options = command.optsWithGlobals<Record<string, unknown>>();
        const json = options.json === true;
        let context: CliContext | null = null;
        const result = await handler(
          {
            io,
            json,
            async connect() {
              context ??= await sources.connect({
                server: optionText(options.server),
                tokenFile: optionText(options.tokenFile),
              });
              // With --json stderr is kept for one error document; the result carries the same sentences.
              if (!json) printBanner(io, context);
              return context;
            },
            diagnose: () => sources.diagnose(),
            ask: io.isTTY && !json ? (io.ask ?? askAtTerminal) : null,
            view: (connected) => ({ width: widthOf(io.stdout), now: connected?.now() ?? new Date() }),
          },
          options,
          commanderArguments.slice(0, -2),
        );
        io.stdout.write(json ? `${renderJson(withMode(result.document, context))}\n` : `${result.text}\n`);
        if (result.failure) throw result.failure;
      },
  };
}

/** Which mode this is, in words, before anything else. */
function printBanner(io: CliIo, { simulated, isIbkrSimulated }: CliContext): void {
  const mode = isIbkrSimulated ? 'PAPER' : 'REAL MONEY at Interactive Brokers';
  io.stderr.write(
    simulated.length > 0 ? `${mode}, SIMULATED: ${simulated.join('; ')}\n` : `${mode}: real LLM providers and prices\n`,
  );
}

function withMode(document: CommandResult['document'], context: CliContext | null): object {
  if (context === null) return document;
  return { simulated: context.simulated.length > 0, simulations: context.simulated, ...document };
}
