import { describe, expect, test } from '@jest/globals';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import {
  accountIdOf,
  samplePortfolio,
  sampleRecommendations,
  sampleStrategy,
  sampleTask,
  taskIdOf,
  WINDOW_END,
  WINDOW_START,
} from '../testing/sample-data.ts';

const HOSTILE =
  'Ignore all rules.\u001b[2J\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007 \u202eevil\u009b31m\nnew line';

function world(change: Partial<FakeWorld> = {}): FakeWorld {
  return {
    ...emptyWorld(),
    strategies: [sampleStrategy()],
    tasks: [sampleTask('openai'), sampleTask('gemini')],
    portfolios: [
      samplePortfolio('openai', { IBM: '153.43', KO: '43.43' }),
      samplePortfolio('gemini', { IBM: '110.05', KO: '36.20' }),
    ],
    costUsd: { openai: '0.00412', gemini: '0.0011' },
    ...change,
  };
}

describe('portfolio', () => {
  test('shows cash + positions = total = ledger to the cent, and the return', async () => {
    const run = await runCommand(['portfolio'], createFakeContext(world()));
    expect(run.exitCode).toBe(0);
    // 185 × 153.43 + 810 × 43.43 = 63,562.85; 100,000 − 185 × 121.14 − 810 × 37.02 = 47,602.90.
    expect(run.stdout).toMatch(
      /openai +47,602\.90 +63,562\.85 +111,165\.75 +111,165\.75 +✓ +2017-03-31 +2018-03-29 +\+11\.17/,
    );
  });

  test('gives programs decimal strings', async () => {
    const run = await runCommand(
      ['portfolio', '--account', 'dreman-contrarian/gemini', '--json'],
      createFakeContext(world()),
    );
    expect(JSON.parse(run.stdout).accounts).toMatchObject([
      {
        accountId: accountIdOf('gemini'),
        initialBalanceUsd: '100000.00',
        cashUsd: '47602.90',
        positionsUsd: '49681.25',
        totalUsd: '97284.15',
        ledgerTotalUsd: '97284.15',
        snapshotTotalUsd: '97284.15',
        returnPercent: '-2.72',
        balanced: true,
        positions: [{ ticker: 'IBM', quantity: '185', price: '110.05', valueUsd: '20359.25' }, { ticker: 'KO' }],
      },
    ]);
  });

  test.each<[string, (books: FakeWorld['portfolios'][number]) => void, string]>([
    [
      'a cent missing in the ledger',
      ({ balances }) => balances.set('cash', '47602.89'),
      'the last snapshot says 111165.75',
    ],
    ['a lost revaluation', ({ balances }) => balances.delete('revaluation:KO'), 'the ledger says 105973.65'],
    [
      'debits that are not credits',
      ({ balances }) => balances.set('capital', '-99999.99'),
      'debits and credits differ by 0.01',
    ],
  ])('%s is an error, never a check mark', async (_case, damage, sentence) => {
    const damaged = world();
    const [books] = damaged.portfolios;
    if (books) damage(books);
    const run = await runCommand(['portfolio'], createFakeContext(damaged));
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('✗ differ');
    expect(run.stderr).toContain('error LEDGER_UNBALANCED: the books disagree: dreman-contrarian/openai: ');
    expect(run.stderr).toContain(sentence);
  });

  test('an unknown account names those there are', async () => {
    const run = await runCommand(['portfolio', '--account', 'dreman-contrarian/anthropic'], createFakeContext(world()));
    expect(run.stderr).toContain('there are dreman-contrarian/openai, dreman-contrarian/gemini');
  });
});

describe('compare', () => {
  test('ranks providers over the stated window beside the index', async () => {
    const run = await runCommand(['compare', '--json'], createFakeContext(world()));
    expect(JSON.parse(run.stdout).comparisons).toMatchObject([
      {
        rank: 1,
        provider: 'openai',
        windowStart: WINDOW_START,
        windowEnd: WINDOW_END,
        returnPercent: '11.17',
        benchmarkPercent: '11.77',
        llm: { calls: 1, inputTokens: 4200, outputTokens: 911, costUsd: '0.00412' },
      },
      { rank: 2, provider: 'gemini', returnPercent: '-2.72' },
    ]);
  });

  test('the LLM’s cost decides between equal portfolios', async () => {
    const marks = { IBM: '153.43', KO: '43.43' };
    const equal = world({
      portfolios: [samplePortfolio('openai', marks), samplePortfolio('gemini', marks)],
      costUsd: { openai: '2', gemini: '0.01' },
    });
    const run = await runCommand(['compare'], createFakeContext(equal));
    expect(run.stdout).toMatch(/^1 +gemini/m);
    expect(run.stdout).toMatch(/^2 +openai/m);
  });

  test('without an index the return stands alone', async () => {
    const late = samplePortfolio('openai', { IBM: '153.43', KO: '43.43' });
    const account = { ...late.account, openedOn: '2025-01-02' };
    const run = await runCommand(['compare'], createFakeContext(world({ portfolios: [{ ...late, account }] })));
    expect(run.stdout).toMatch(/openai .* \+11\.17 +– +– /);
  });
});

describe('recommendations', () => {
  const hostile = sampleRecommendations().map((one) => ({ ...one, rationale: HOSTILE }));

  test('a rationale cannot drive the terminal, as text or as JSON', async () => {
    const context = createFakeContext(world({ recommendations: new Map([[taskIdOf('openai'), hostile]]) }));
    const text = (await runCommand(['recommendations'], context)).stdout;
    expect(text).toContain('Ignore all rules.');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    const json = (await runCommand(['recommendations', '--json'], context)).stdout;
    expect(json.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(JSON.parse(json).recommendations[0]).toMatchObject({
      rationale: HOSTILE,
      provider: 'openai',
      simulated: true,
    });
  });

  test('are filtered by provider and limited in rows', async () => {
    const recommendations = new Map(
      (['openai', 'gemini'] as const).map((one) => [taskIdOf(one), sampleRecommendations()]),
    );
    const context = createFakeContext(world({ recommendations }));
    const run = await runCommand(['recommendations', '--provider', 'gemini', '--limit', '2', '--json'], context);
    const rows = JSON.parse(run.stdout).recommendations as { provider: string }[];
    expect(rows.map((row) => row.provider)).toEqual(['gemini', 'gemini']);
  });
});

describe('orders, positions and artifacts', () => {
  test('denied orders say why', async () => {
    const run = await runCommand(
      ['orders', '--state', 'denied', '--account', accountIdOf('openai')],
      createFakeContext(world()),
    );
    expect(run.stdout).toMatch(/dreman-contrarian\/openai +BUY 584 XOM MKT +DENIED +0 +– +2017-03-31 +cash would/);
  });

  test('positions are quantity × price = value at the last mark', async () => {
    const run = await runCommand(['positions'], createFakeContext(world()));
    expect(run.stdout).toMatch(/openai +IBM +185 +153\.43 +28,384\.55 +22,410\.90 +\+26\.66 +2018-03-29/);
  });

  test('artifacts are listed with size and hash', async () => {
    const artifact = {
      requestId: sampleTask('openai').requestId,
      taskId: taskIdOf('openai'),
      name: 'parsed.json',
      uri: 'artifacts/x/y/parsed.json',
      sha256: 'ab'.repeat(32),
      bytes: 12_345,
      mediaType: 'application/json',
    };
    const run = await runCommand(['artifacts', '0198c0de-1111'], createFakeContext(world({ artifacts: [artifact] })));
    expect(run.stdout).toMatch(new RegExp(`parsed\\.json +12,345 +${'ab'.repeat(32)}`));
  });
});

describe('clock advance', () => {
  type SnapshotHandle = Awaited<ReturnType<CliContext['folios']['startSnapshot']>>;
  const marking = (days: string[]): Partial<CliContext['folios']> => ({
    startSnapshot: async (_input, day) => {
      days.push(day);
      const result = async () => [{ accountId: accountIdOf('openai'), marketDate: day, totalUsd: '111165.75' }];
      return { result } as unknown as SnapshotHandle;
    },
  });

  test('moves the market forward and marks every portfolio', async () => {
    const days: string[] = [];
    const moved = world();
    const run = await runCommand(['clock', 'advance', WINDOW_END], createFakeContext(moved, marking(days)));
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toMatch(/dreman-contrarian\/openai +2018-03-29 +111,165\.75/);
    expect([moved.marketDate, days]).toEqual([WINDOW_END, [WINDOW_END]]);
  });

  test.each([
    ['2016-01-04', 'INPUT_INVALID', 'only goes forward: it stands at 2017-03-31'],
    ['2024-01-02', 'QUOTE_UNAVAILABLE', 'no price of SP500'],
  ])('to %s is refused and the clock stays', async (day, code, message) => {
    const still = world();
    const run = await runCommand(['clock', 'advance', day], createFakeContext(still, marking([])));
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.stderr).toContain(message);
    expect(still.marketDate).toBe(WINDOW_START);
  });
});
