import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dec } from '../../src/domain/money/decimal.ts';
import { totalOf } from '../../src/domain/portfolio/ledger.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';

describe('a research run', () => {
  let harness: ResearchHarness;
  beforeAll(async () => {
    harness = await startResearchHarness();
  }, 60_000);
  afterAll(() => harness?.close());

  test('brings three providers from one prompt to three portfolios whose books agree to the cent', async () => {
    const { folios, services } = harness;
    const { handle, run } = await folios.startResearchRun({
      strategyId: 'dreman-contrarian',
      requestGroupId: randomUUID(),
    });
    expect(run.tasks.map((task) => [task.provider, task.mode, task.enqueued])).toEqual([
      ['openai', 'batch', true],
      ['gemini', 'cli', true],
      ['anthropic', 'direct', true],
    ]);
    const { outcomes } = await handle.result();
    expect(outcomes.map((one) => [one.provider, one.state, one.failure])).toEqual(
      expect.arrayContaining([
        ['openai', 'executed', null],
        ['gemini', 'executed', null],
        ['anthropic', 'executed', null],
      ]),
    );

    const accounts = await services.portfolio.listAccounts();
    expect(accounts).toHaveLength(3);
    for (const account of accounts) {
      expect(dec(account.initialBalanceUsd).toFixed(2)).toBe('100000.00');
      const balances = await services.portfolio.balances(account.accountId);
      const positions = await services.portfolio.listPositions(account.accountId);
      expect(positions.length).toBeGreaterThan(0);
      const held = positions.reduce((sum, one) => sum.plus(dec(one.quantity).times(one.marketPrice)), dec(0));
      const cash = dec(balances.get('cash') ?? '0');
      expect(cash.greaterThanOrEqualTo(0)).toBe(true);
      expect(cash.plus(held).toFixed(2)).toBe('100000.00');
      expect(dec(totalOf(balances)).toFixed(2)).toBe('100000.00');
    }
    expect(await services.portfolio.listUnbalanced()).toEqual([]);
  });
});
