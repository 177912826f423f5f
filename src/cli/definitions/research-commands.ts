import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { CommandRunner } from '../command-runner.ts';
import type { StepName } from '../commands/job-steps.ts';
import { parseBalance, parseLimit, parseProvider, parseProviders } from '../option-parsers.ts';
import { defineCommand } from './define-command.ts';

/** From `enqueue` to `recommendations`: the steps of a research run, by hand. */
export function addResearchCommands(program: Command, runner: CommandRunner): void {
  addEnqueue(program, runner);
  addStep(program, runner, 'submit', 'Let held tasks submit to their providers');
  addStep(program, runner, 'poll', 'Ask the providers of waiting tasks now');
  addStep(program, runner, 'harvest', 'Fetch and parse the results of tasks whose provider has ended');
  addExecute(program, runner);
  addStatus(program, runner);
  addCancel(program, runner);
  addRecommendations(program, runner);

  defineCommand(program, 'artifacts <task>', 'List what a task sent and received, with sizes and hashes', [
    'artifacts 0198c0de',
  ]).action(
    runner.action(async (call, _options, [task]) => {
      const [context, { listArtifacts }] = await Promise.all([call.connect(), import('../commands/artifacts.ts')]);
      return listArtifacts(context, task as string, call.view(context));
    }),
  );
}

function addEnqueue(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'enqueue', 'Start a run of every stale strategy, or of those named', [
    'enqueue',
    'enqueue --strategy dreman-contrarian --providers openai,gemini --hold',
    'enqueue --dry-run',
  ])
    .option('--strategy <slug...>', 'these strategies instead of the stale ones')
    .option('--providers <names>', 'only these, comma between: openai,gemini,anthropic', parseProviders)
    .option('--hold', 'wait before each step for submit, poll, harvest and execute')
    .option('--force', 'ask and pay again although a recent submission exists; needs --strategy')
    .option('--dry-run', 'show what would be started and start nothing')
    .action(
      runner.action(async (call, options) => {
        const [context, { enqueue }] = await Promise.all([call.connect(), import('../commands/enqueue.ts')]);
        return enqueue(
          context,
          {
            strategies: (options.strategy ?? []) as string[],
            providers: (options.providers ?? null) as ProviderName[] | null,
            hold: options.hold === true,
            force: options.force === true,
            dryRun: options.dryRun === true,
          },
          call.view(context),
        );
      }),
    );
}

function addStep(program: Command, runner: CommandRunner, name: StepName, description: string): void {
  defineCommand(program, name, description, [name, `${name} --task 0198c0de`])
    .option('--task <id...>', 'only these tasks; the first 8 or more characters of an id suffice')
    .action(
      runner.action(async (call, options) => {
        const [context, { takeStep }] = await Promise.all([call.connect(), import('../commands/job-steps.ts')]);
        return takeStep(context, name, (options.task ?? []) as string[], call.view(context));
      }),
    );
}

function addExecute(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'execute', 'Turn succeeded recommendations into orders and portfolios', [
    'execute --ready --balance 100000',
    'execute --ready --dry-run',
  ])
    .option('--ready', 'every succeeded task that has no orders yet')
    .option('--balance <usd>', 'opening cash of accounts that do not exist yet (default: the strategy’s)', parseBalance)
    .option('--dry-run', 'show what would be executed and execute nothing')
    .action(
      runner.action(async (call, options) => {
        if (options.ready !== true) {
          throw new FoliosError(
            'INPUT_INVALID',
            'say what to execute: --ready for every succeeded task without orders',
          );
        }
        const [context, { executeReady }] = await Promise.all([call.connect(), import('../commands/execute.ts')]);
        const balanceUsd = (options.balance ?? null) as string | null;
        return executeReady(context, { balanceUsd, dryRun: options.dryRun === true }, call.view(context));
      }),
    );
}

function addStatus(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'status', 'Show what needs you and where every task stands', [
    'status',
    'status --task 0198c0de',
    'status --watch',
  ])
    .option('--task <id>', 'one task in full; the first 8 or more characters of its id suffice')
    .option('--watch', 'go on until nothing is under way')
    .option('--limit <rows>', 'how many tasks at most', parseLimit, 20)
    .action(
      runner.action(async (call, options) => {
        if (options.watch === true && call.json) {
          throw new FoliosError('INPUT_INVALID', '--watch shows many pictures, --json prints one document: choose one');
        }
        const [context, { isAnyUnderWay, showStatus, showTask }] = await Promise.all([
          call.connect(),
          import('../commands/status.ts'),
        ]);
        const task = (options.task ?? null) as string | null;
        const show = () =>
          task === null
            ? showStatus(context, options.limit as number, call.view(context))
            : showTask(context, task, call.view(context));
        if (options.watch === true) {
          const { watch } = await import('../watch.ts');
          await watch(
            call.io,
            async () => (await show()).text,
            async () => !(await isAnyUnderWay(context, task)),
          );
        }
        return show();
      }),
    );
}

function addCancel(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'cancel <task>', 'Cancel a task at its provider; asks first', [
    'cancel 0198c0de --reason "wrong model"',
    'cancel 0198c0de --yes',
  ])
    .option('--reason <text>', 'kept with the task', 'cancelled from the command line')
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, [task]) => {
        const [context, { cancelTask }] = await Promise.all([call.connect(), import('../commands/cancel.ts')]);
        return cancelTask(context, task as string, {
          reason: options.reason as string,
          yes: options.yes === true,
          ask: call.ask,
        });
      }),
    );
}

function addRecommendations(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'recommendations', 'List what the providers recommended, newest first', [
    'recommendations --strategy dreman-contrarian',
    'recommendations --provider openai --json',
  ])
    .option('--task <id>', 'of one task')
    .option('--strategy <slug>', 'of one strategy')
    .option('--provider <name>', 'of one provider', parseProvider)
    .option('--limit <rows>', 'how many at most', parseLimit, 50)
    .action(
      runner.action(async (call, options) => {
        const [context, { listRecommendations }] = await Promise.all([
          call.connect(),
          import('../commands/recommendations.ts'),
        ]);
        return listRecommendations(
          context,
          {
            task: (options.task ?? null) as string | null,
            strategy: (options.strategy ?? null) as string | null,
            provider: (options.provider ?? null) as ProviderName | null,
            limit: options.limit as number,
          },
          call.view(context),
        );
      }),
    );
}
