import { describe, expect, test } from '@jest/globals';
import type { TaskRecord } from '../../ports/repositories.ts';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { collect } from '../testing/run-command.ts';
import {
  GROUP_ID,
  STRATEGY_ID,
  samplePortfolio,
  sampleRecommendations,
  sampleStrategy,
  sampleTask,
  taskIdOf,
  WINDOW_END,
  WINDOW_START,
} from '../testing/sample-data.ts';
import { runDemo } from './run-demo.ts';

type Folios = CliContext['folios'];
type Run = Awaited<ReturnType<Folios['startResearchRun']>>;
type RunInput = Parameters<Folios['startResearchRun']>[0];

const PROVIDERS = ['openai', 'gemini', 'anthropic'] as const;
const MARKS = { IBM: '153.43', KO: '43.43' };

/** A stack whose run enqueues, then ends as `finish` says. */
function stack(world: FakeWorld, finish: () => void, options: { hold?: boolean } = {}) {
  const inputs: RunInput[] = [];
  const marked: string[] = [];
  const context = createFakeContext(world, {
    startResearchRun: async (input) => {
      inputs.push(input);
      const tasks =
        input.providers?.map((one) => sampleTask(one, { state: 'running', executedAt: null, endedAt: null })) ?? [];
      world.tasks = [...tasks, ...world.tasks];
      const run = {
        requestGroupId: input.requestGroupId,
        strategyId: STRATEGY_ID,
        strategySlug: 'dreman-contrarian',
        strategyName: 'David Dreman contrarian',
        strategyVersion: 3,
        asOf: WINDOW_START,
        hold: options.hold ?? false,
        tasks: world.tasks.map((task) => ({ ...task, accountId: `account-${task.provider}`, enqueued: true })),
      };
      const result = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        finish();
      };
      return { run, handle: { result } } as unknown as Run;
    },
    startSnapshot: async (_input, day) => {
      marked.push(day);
      return {
        result: async () => world.portfolios.map(({ account }) => ({ ...account, marketDate: day, totalUsd: '1' })),
      } as unknown as Awaited<ReturnType<Folios['startSnapshot']>>;
    },
  });
  return { context, inputs, marked };
}

function emptyStrategy(): FakeWorld {
  return { ...emptyWorld(), strategies: [sampleStrategy()] };
}

function execute(
  world: FakeWorld,
  providers: readonly (typeof PROVIDERS)[number][],
  change: Partial<TaskRecord> = {},
): void {
  world.tasks = world.tasks.map((task) =>
    providers.includes(task.provider) ? sampleTask(task.provider, change) : task,
  );
  for (const provider of providers) {
    world.recommendations.set(taskIdOf(provider), sampleRecommendations());
    world.portfolios.push(samplePortfolio(provider, MARKS));
  }
}

async function demo(context: CliContext) {
  const { stream, text } = collect();
  const options = { strategySlug: 'dreman-contrarian', windowEnd: WINDOW_END };
  const { ok } = await runDemo(context, { stream, isTTY: false }, options);
  return { ok, text: text() };
}

describe('the demo', () => {
  test('on a fresh stack runs every provider, moves the market, marks and reports', async () => {
    const world = emptyStrategy();
    const { context, inputs, marked } = stack(world, () => execute(world, PROVIDERS));
    const { ok, text } = await demo(context);
    expect(ok).toBe(true);
    expect(inputs).toMatchObject([{ strategyId: STRATEGY_ID, providers: PROVIDERS }]);
    expect([marked, world.marketDate]).toEqual([[WINDOW_END], WINDOW_END]);
    expect(text).toContain('· OpenAI     batch   gpt-4.1-mini       submitting');
    expect(text).toMatch(/✓ OpenAI +batch +gpt-4\.1-mini +answered .* 4 polls +provider says completed \(1 of 1\)/);
    expect(text).toContain('✓ OpenAI     portfolio ticket: 2 orders filled, 1 denied, books settled');
    expect(text).toContain('✓ the replayed market moved from 2017-03-31 to 2018-03-29');
    expect(text).toContain('── Ranking · 2017-03-31 to 2018-03-29');
  });

  test('after an earlier start only reports', async () => {
    const world = emptyStrategy();
    world.tasks = PROVIDERS.map((provider) => sampleTask(provider));
    execute(world, PROVIDERS);
    world.marketDate = WINDOW_END;
    const { context, inputs, marked } = stack(world, () => undefined);
    const { ok, text } = await demo(context);
    expect({ ok, inputs, marked }).toEqual({ ok: true, inputs: [], marked: [] });
    expect(text).toContain('already ran in an earlier start');
    expect(text).toContain('Ranking');
  });

  test('marks what an interrupted start left unmarked at the day the market has reached', async () => {
    const world = emptyStrategy();
    world.tasks = PROVIDERS.map((provider) => sampleTask(provider));
    execute(world, PROVIDERS);
    world.portfolios = world.portfolios.map((books) => ({ ...books, snapshots: [] }));
    world.marketDate = '2018-06-29';
    const { context, marked } = stack(world, () => undefined);
    await demo(context);
    expect([marked, world.marketDate]).toEqual([['2018-06-29'], '2018-06-29']);
  });

  test('joins the run that was under way before a restart', async () => {
    const world = emptyStrategy();
    world.tasks = PROVIDERS.map((provider) => sampleTask(provider, { state: 'awaiting_results', executedAt: null }));
    const { context, inputs } = stack(world, () => execute(world, PROVIDERS));
    const { ok, text } = await demo(context);
    expect(ok).toBe(true);
    expect(inputs).toEqual([{ strategyId: STRATEGY_ID, requestGroupId: GROUP_ID }]);
    expect(text).toContain('goes on where it was');
  });

  test('asks again only the provider that has no portfolio yet', async () => {
    const world = emptyStrategy();
    world.tasks = PROVIDERS.map((provider) => sampleTask(provider));
    execute(world, ['openai', 'gemini']);
    world.tasks = world.tasks.map((task) => (task.provider === 'anthropic' ? { ...task, state: 'failed' } : task));
    const { context, inputs } = stack(world, () => execute(world, ['anthropic']));
    await demo(context);
    expect(inputs).toMatchObject([{ providers: ['anthropic'] }]);
  });

  test('a failed provider makes the demo fail but not the others', async () => {
    const world = emptyStrategy();
    const { context } = stack(world, () => {
      execute(world, ['openai', 'gemini']);
      const failure = {
        state: 'failed',
        failureCode: 'PROVIDER_REJECTED',
        failureReason: 'no such model',
        executedAt: null,
      } as const;
      world.tasks = world.tasks.map((task) => (task.provider === 'anthropic' ? { ...task, ...failure } : task));
    });
    const { ok, text } = await demo(context);
    expect(ok).toBe(false);
    expect(text).toContain('✗ FAILED PROVIDER_REJECTED: no such model');
    expect(text.match(/ledger total [\d,.]+ ✓/g)).toHaveLength(2);
    expect(world.marketDate).toBe(WINDOW_END);
  });

  test('a run that fails as a whole is reported with its reason and leaves the market where it is', async () => {
    const world = emptyStrategy();
    const { context } = stack(world, () => {
      throw new Error('Workflow execution failed', {
        cause: Object.assign(new Error('every provider failed'), { type: 'JOB_FAILED' }),
      });
    });
    const { ok, text } = await demo(context);
    expect(ok).toBe(false);
    expect(text).toContain('✗ the run failed: every provider failed');
    expect(world.marketDate).toBe(WINDOW_START);
  });

  test('does not wait for a run that is held for a person', async () => {
    const world = emptyStrategy();
    world.tasks = PROVIDERS.map((provider) => sampleTask(provider, { state: 'pending', executedAt: null }));
    const { context } = stack(world, () => undefined, { hold: true });
    const { ok, text } = await demo(context);
    expect(ok).toBe(false);
    expect(text).toContain('held for manual steps: folios submit, poll, harvest, execute --ready');
  });
});
