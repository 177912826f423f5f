import { describe, expect, test } from '@jest/globals';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import {
  samplePortfolio,
  sampleRecommendations,
  sampleStrategy,
  sampleTask,
  taskIdOf,
} from '../testing/sample-data.ts';
import { loadResearchReport, renderResearchReport } from './research-report.ts';

const PROVIDERS = ['openai', 'gemini', 'anthropic'] as const;

function threePortfolios(change: Partial<FakeWorld> = {}): FakeWorld {
  return {
    ...emptyWorld(),
    strategies: [sampleStrategy()],
    tasks: PROVIDERS.map((provider) => sampleTask(provider)),
    recommendations: new Map(PROVIDERS.map((provider) => [taskIdOf(provider), sampleRecommendations()])),
    portfolios: [
      samplePortfolio('openai', { IBM: '153.43', KO: '43.43' }),
      samplePortfolio('gemini', { IBM: '110.05', KO: '36.20' }),
      samplePortfolio('anthropic', { IBM: '160.00', KO: '45.00' }),
    ],
    costUsd: { openai: '0.00412', gemini: '0.0011', anthropic: '0.0263' },
    ...change,
  };
}

async function render(world: FakeWorld, width?: number) {
  const report = await loadResearchReport(createFakeContext(world), 'dreman-contrarian');
  return { report, text: renderResearchReport(report, width) };
}

describe('the research report', () => {
  test('shows for each provider how its total comes about, to the cent', async () => {
    const { report, text } = await render(threePortfolios());
    expect(report).toMatchObject({ ok: true, problems: [] });
    expect(text).toContain(
      'initial 100,000.00   cash 47,602.90 + positions 63,562.85 = total 111,165.75   ledger total 111,165.75 ✓',
    );
    expect(text).toMatch(/IBM +BUY +FILLED +185 +121\.14 +│ +185 +× +153\.43 += +28,384\.55/);
    expect(text.match(/ledger total [\d,.]+ ✓/g)).toHaveLength(3);
  });

  test('states the window, the index, the LLM’s cost and what is simulated', async () => {
    const { text } = await render(threePortfolios());
    expect(text).toContain('return +11.17 %, S&P 500 +11.77 %, excess -0.61 points, from 2017-03-31 to 2018-03-29');
    expect(text).toContain('LLM 1 call, 4,200 tokens in, 911 out, $0.0041');
    expect(text).toContain('PAPER, SIMULATED\n  · LLM providers are emulated (OpenAI, Gemini, Anthropic)');
    expect(text).toContain('── OpenAI · batch · gpt-4.1-mini · emulated ─');
  });

  test('ends with a ranking, best first', async () => {
    const { report, text } = await render(threePortfolios());
    expect(report.ranking.map((one) => one.provider)).toEqual(['anthropic', 'openai', 'gemini']);
    expect(text.slice(text.indexOf('Ranking'))).toMatch(/1 +Anthropic[\s\S]*2 +OpenAI[\s\S]*3 +Gemini/);
  });

  test.each([100, 120])('fits into %d columns and uses no colour, whatever a model wrote', async (width) => {
    const rationale = `${'\u001b[41m'}${'Unbreakable'.repeat(40)} ${'long words '.repeat(40)}`;
    const hostile = sampleRecommendations().map((one) => ({ ...one, rationale }));
    const world = threePortfolios({ recommendations: new Map(PROVIDERS.map((one) => [taskIdOf(one), hostile])) });
    const { text } = await render(world, width);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(width);
    expect(text).not.toContain('\u001b');
  });

  test('a failed provider shows its reason, and the others are still reported', async () => {
    const failed = sampleTask('anthropic', {
      state: 'failed',
      failureCode: 'JOB_EXPIRED',
      failureReason: 'the batch\u001b[31m expired after 24 hours',
      executedAt: null,
    });
    const world = threePortfolios();
    const { report, text } = await render({
      ...world,
      tasks: [failed, ...world.tasks.slice(0, 2)],
      portfolios: world.portfolios.slice(0, 2),
    });
    expect(report.ok).toBe(false);
    expect(text).toContain('✗ FAILED JOB_EXPIRED: the batch expired after 24 hours');
    expect(text).toContain('✗ Anthropic failed: JOB_EXPIRED');
    expect(text.match(/ledger total [\d,.]+ ✓/g)).toHaveLength(2);
  });

  test('books that disagree by one cent are called out and make the report fail', async () => {
    const world = threePortfolios();
    world.portfolios[1]?.balances.set('cash', '47602.91');
    const { report, text } = await render(world);
    expect(report.ok).toBe(false);
    expect(text).toContain('ledger total 97,284.16 ✗');
    expect(report.problems.some((problem) => problem.startsWith('Gemini: debits and credits differ by 0.01'))).toBe(
      true,
    );
  });

  test('recommendations that were never executed are a problem', async () => {
    const world = threePortfolios({ portfolios: [] });
    const { report } = await render({ ...world, tasks: [sampleTask('openai', { executedAt: null })] });
    expect(report.problems).toEqual(['OpenAI: its recommendations were not executed: folios execute --ready']);
  });

  test('accounts with different windows are ranked with each its own window', async () => {
    const world = threePortfolios();
    const [first, ...others] = world.portfolios;
    if (!first) throw new Error('the sample has portfolios');
    const later = { ...first, account: { ...first.account, openedOn: '2017-06-30' } };
    const { text } = await render({ ...world, portfolios: [later, ...others] });
    expect(text).toMatch(/OpenAI .*2017-06-30 +2018-03-29/);
  });
});
