import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidV7 } from 'uuid';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import { TaskState } from '../../domain/research/task-state.ts';
import { cleanUntrustedText } from '../../domain/research/untrusted-text.ts';
import type { StrategyRecord } from '../../ports/repositories.ts';
import { describeFailure } from '../../service/failure.ts';
import { advanceMarketDay } from '../../service/market-day.ts';
import { findTroubles } from '../commands/task-table.ts';
import type { CliContext } from '../context.ts';
import { widthOf } from '../io.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { loadResearchReport, renderResearchReport } from '../report/research-report.ts';
import { counted } from '../text/names.ts';
import { progressLines, type WatchedTask } from './lifecycle-progress.ts';
import { createPlainProgress, type ProgressDisplay } from './progress-display.ts';

export interface DemoOutput {
  readonly stream: NodeJS.WritableStream;
  readonly isTTY: boolean;
}

const REFRESH_MS = 200;
/** Every step is tried again now and then; only what lasts longer is shown. */
const UNREMARKABLE_MS = 3_000;
const MAX_REASON_LENGTH = 600;

/**
 * One research lifecycle before the user's eyes: run, follow, move the market to `windowEnd`, mark, report. What an earlier
 * start did is not done again: a run under way is joined, a finished one only reported. `ok` is false if anything
 * failed or the books disagree; fails itself where the run cannot even be started (STRATEGY_NOT_FOUND, …). When `signal`
 * aborts, it only stops watching: the run itself goes on.
 */
export async function runDemo(
  context: CliContext,
  output: DemoOutput,
  options: { readonly strategySlug: string; readonly windowEnd: MarketDate; readonly signal?: AbortSignal },
): Promise<{ ok: boolean }> {
  const say = (line: string) => void output.stream.write(`${line}\n`);
  const strategy = await resolveStrategy(context.strategies, options.strategySlug);
  const beginning = await howToBegin(context, strategy);
  let failure: string | null = null;
  if (beginning.kind === 'finished') {
    say(`${strategy.document.name} already ran in an earlier start; this is its report. To begin anew: npm run reset`);
  } else {
    failure = await run(context, output, strategy, beginning, say, options.signal);
    if (options.signal?.aborted) return { ok: false };
  }
  if (failure === null) await moveMarket(context, options.windowEnd, say);
  const report = await loadResearchReport(context, options.strategySlug);
  say(`\n${renderResearchReport(report, widthOf(output.stream))}\n`);
  return { ok: report.ok && failure === null };
}

type Beginning =
  | { readonly kind: 'finished' }
  | { readonly kind: 'join'; readonly requestGroupId: string }
  | { readonly kind: 'start'; readonly providers: readonly ProviderName[] };

/** Joins what is under way, asks the providers that have no portfolio yet, or has nothing left to do. */
async function howToBegin({ research, portfolio }: CliContext, { id, document }: StrategyRecord): Promise<Beginning> {
  const [underWay, ready, accounts] = await Promise.all([
    research.listTasks({
      strategyId: id,
      states: [TaskState.pending, TaskState.running, TaskState.awaitingResults],
      limit: 1,
    }),
    research.listTasks({ strategyId: id, ready: true, limit: 1 }),
    portfolio.listAccounts(),
  ]);
  const unfinished = underWay[0] ?? ready[0];
  if (unfinished) return { kind: 'join', requestGroupId: unfinished.requestGroupId };
  const served = new Set(accounts.filter((account) => account.strategyId === id).map((account) => account.provider));
  const providers = document.providers.map((one) => one.provider).filter((provider) => !served.has(provider));
  return providers.length === 0 ? { kind: 'finished' } : { kind: 'start', providers };
}

/** Runs and follows; null if the market may move on, else the reason why not. */
async function run(
  { folios, research, portfolio, now }: CliContext,
  output: DemoOutput,
  strategy: StrategyRecord,
  beginning: Exclude<Beginning, { kind: 'finished' }>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string | null> {
  const started = await folios.startResearchRun({
    strategyId: strategy.id,
    ...(beginning.kind === 'join'
      ? { requestGroupId: beginning.requestGroupId }
      : { requestGroupId: uuidV7(), providers: [...beginning.providers] }),
  });
  const { asOf, tasks, hold } = started.run;
  const verb = beginning.kind === 'join' ? 'goes on where it was' : 'begins';
  say(`${strategy.document.name} ${verb}: ${counted(tasks.length, 'provider')}, as of ${asOf}`);
  if (hold) {
    say('Its run is held for manual steps: folios submit, poll, harvest, execute --ready');
    return 'held';
  }
  const watched = () => watchTasks({ folios, research, portfolio, now }, tasks);
  const display = await createDisplay(output);
  let ended: { failure: string | null } | null = null;
  const result = started.handle.result().then(
    () => {
      ended = { failure: null };
    },
    (error: unknown) => {
      if (!signal?.aborted) ended = { failure: describeFailure(error).message };
    },
  );
  try {
    while (ended === null && !signal?.aborted) {
      display.update(progressLines(await watched(), now()));
      await Promise.race([result, delay(REFRESH_MS)]);
    }
    display.update(progressLines(await watched(), now()));
  } finally {
    await display.end();
  }
  if (ended === null) return 'stopped watching';
  const { failure } = ended as { failure: string | null };
  if (failure !== null) say(`  ✗ the run failed: ${cleanUntrustedText(failure, MAX_REASON_LENGTH)}`);
  return failure;
}

/** Where each task stands now. A job that has not submitted after a while is asked what it is trying again. */
async function watchTasks(
  { folios, research, portfolio, now }: Pick<CliContext, 'folios' | 'research' | 'portfolio' | 'now'>,
  tasks: readonly { readonly taskId: string }[],
): Promise<WatchedTask[]> {
  const watched = tasks.map(async ({ taskId }): Promise<WatchedTask[]> => {
    const task = await research.findTask(taskId);
    if (!task) return [];
    const orders = task.state === TaskState.succeeded ? await portfolio.listOrders({ ticketId: taskId }) : [];
    const isLate = now().getTime() - task.createdAt.getTime() > UNREMARKABLE_MS;
    const troubles = isLate ? await findTroubles(folios, [task]) : null;
    return [{ task, orders, trouble: troubles?.get(taskId) ?? null }];
  });
  return (await Promise.all(watched)).flat();
}

async function createDisplay({ stream, isTTY }: DemoOutput): Promise<ProgressDisplay> {
  // A pseudo-terminal without a size (containers, CI) has no screen that could be redrawn.
  if (!isTTY || (stream as { rows?: unknown }).rows === 0) return createPlainProgress(stream);
  const { createLiveProgress } = await import('./live-progress.ts');
  return createLiveProgress(stream);
}

/** Moves the market to the window's end and marks every portfolio there, unless an earlier start did; one that was interrupted in between is made good. */
async function moveMarket(context: CliContext, windowEnd: MarketDate, say: (line: string) => void): Promise<void> {
  const present = await context.marketClock.get();
  const day = present !== null && present > windowEnd ? present : windowEnd;
  if (present === day && (await isEverythingMarked(context, day))) return;
  const { from, snapshots } = await advanceMarketDay(context, day);
  if (from !== day) say(`  ✓ the replayed market moved from ${from ?? 'its start'} to ${day}`);
  say(`  ✓ ${counted(snapshots.length, 'portfolio')} marked at the prices of ${day}`);
}

async function isEverythingMarked({ portfolio }: CliContext, day: MarketDate): Promise<boolean> {
  const accounts = await portfolio.listAccounts();
  const lists = await Promise.all(accounts.map(({ accountId }) => portfolio.listSnapshots(accountId)));
  return lists.every((snapshots) => snapshots.at(-1)?.marketDate === day);
}
