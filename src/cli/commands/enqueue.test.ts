import { describe, expect, test } from '@jest/globals';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { STRATEGY_ID, sampleStrategy, sampleTask, WINDOW_START } from '../testing/sample-data.ts';

type Folios = CliContext['folios'];
type RunInput = Parameters<Folios['startResearchRun']>[0];

function world(change: Partial<FakeWorld> = {}): FakeWorld {
  return { ...emptyWorld(), strategies: [sampleStrategy()], ...change };
}

function startingRuns(inputs: RunInput[], enqueued = true): Partial<Folios> {
  return {
    startResearchRun: async (input) => {
      inputs.push(input);
      const tasks = (input.providers ?? []).map((provider) => {
        const { taskId, requestId, mode, model } = sampleTask(provider);
        return { taskId, requestId, provider, mode, model, accountId: `account-${provider}`, enqueued };
      });
      const run = {
        requestGroupId: input.requestGroupId,
        strategyId: STRATEGY_ID,
        strategySlug: 'dreman-contrarian',
        strategyName: 'David Dreman contrarian',
        strategyVersion: 3,
        asOf: WINDOW_START,
        hold: input.hold ?? false,
        tasks,
      };
      return { run, handle: {} as Awaited<ReturnType<Folios['startResearchRun']>>['handle'] };
    },
  };
}

const STALE = {
  strategyId: STRATEGY_ID,
  slug: 'dreman-contrarian',
  name: 'David Dreman contrarian',
  version: 3,
  providers: ['openai', 'gemini'] as const,
  lastSubmittedAt: null,
  staleAfterDays: 30,
};

describe('enqueue', () => {
  test('starts nothing when nothing is stale', async () => {
    const run = await runCommand(['enqueue'], createFakeContext(world()));
    expect(run).toMatchObject({ exitCode: 0, stdout: 'Nothing is stale; nothing was started.\n' });
  });

  test('asks of each stale strategy only the stale providers that were named', async () => {
    const inputs: RunInput[] = [];
    const context = createFakeContext(world({ stale: [STALE] }), startingRuns(inputs));
    const run = await runCommand(['enqueue', '--providers', 'gemini,anthropic', '--hold', '--json'], context);
    expect(inputs).toEqual([
      { strategyId: STRATEGY_ID, providers: ['gemini'], requestGroupId: expect.any(String), hold: true, force: false },
    ]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      runs: [{ hold: true, tasks: [{ provider: 'gemini' }] }],
      failures: [],
    });
  });

  test('shows rows that were there before as already enqueued', async () => {
    const context = createFakeContext(world(), startingRuns([], false));
    const run = await runCommand(['enqueue', '--strategy', 'dreman-contrarian'], context);
    expect(run.exitCode).toBe(0);
    expect(run.stdout.match(/already enqueued/g)).toHaveLength(3);
    expect(run.stdout).toContain('0 tasks enqueued');
  });

  test('--dry-run starts nothing', async () => {
    const run = await runCommand(['enqueue', '--dry-run'], createFakeContext(world({ stale: [STALE] })));
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toContain('Dry run: nothing was started.');
  });

  test('one unknown strategy among the named ones starts none of them', async () => {
    const inputs: RunInput[] = [];
    const context = createFakeContext(world(), startingRuns(inputs));
    const run = await runCommand(['enqueue', '--strategy', 'dreman-contrarian', 'dreman-contrarain'], context);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('error STRATEGY_NOT_FOUND: no strategy is called "dreman-contrarain"; did you mean');
    expect(inputs).toEqual([]);
  });

  test('a provider that the named strategy does not ask is refused', async () => {
    const strategy = sampleStrategy();
    const document = { ...strategy.document, providers: strategy.document.providers.slice(0, 1) };
    const context = createFakeContext(world({ strategies: [{ ...strategy, document }] }));
    const run = await runCommand(['enqueue', '--strategy', 'dreman-contrarian', '--providers', 'gemini'], context);
    expect(run.stderr).toContain('error PROVIDER_UNKNOWN: dreman-contrarian does not ask gemini; it asks openai');
  });

  test('--force pays again only for strategies that are named', async () => {
    const run = await runCommand(['enqueue', '--force'], createFakeContext(world({ stale: [STALE] })));
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
  });

  test('a run that cannot be started does not hide the others', async () => {
    const inputs: RunInput[] = [];
    const other = { ...STALE, strategyId: 'other', slug: 'graham-defensive' };
    const starting = startingRuns(inputs);
    const context = createFakeContext(world({ stale: [other, STALE] }), {
      startResearchRun: async (input) => {
        // As a workflow's failure reaches the client: the code is the type of the innermost cause.
        if (input.strategyId === 'other') {
          const cause = Object.assign(new Error('no key for gemini'), { type: 'PROVIDER_KEY_MISSING' });
          throw new Error('Workflow Update failed', { cause });
        }
        return (starting.startResearchRun as Folios['startResearchRun'])(input);
      },
    });
    const run = await runCommand(['enqueue'], context);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('PROVIDER_KEY_MISSING');
    expect(run.stdout).toContain('2 tasks enqueued');
    expect(run.stderr).toContain('error PROVIDER_KEY_MISSING: 1 of 2 runs could not be started: no key for gemini');
  });
});
