import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dec } from '../../src/domain/money/decimal.ts';
import { totalOf } from '../../src/domain/portfolio/ledger.ts';
import type { Recommendation, RecommendationAction } from '../../src/domain/research/recommendation.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { allIn, runIds, saveStrategy } from '../factories/research-runs.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  harness = await startResearchHarness({ directLatencyMs: 0 });
}, 60_000);
afterAll(() => harness?.close());

/** A succeeded task of OpenAI's account of the strategy, with these recommendations in place of its own. */
async function taskWith(strategyId: string, wanted: [RecommendationAction, string, number][]): Promise<string> {
  const ids = runIds();
  const taskId = ids.taskId('openai');
  const { folios, services } = harness;
  const { requestGroupId } = ids;
  await folios.startResearchRun({ strategyId, requestGroupId, providers: ['openai'], hold: true, force: true });
  await folios.submitJob(taskId);
  await folios.harvestJob(taskId);
  const recommendations = wanted.map(
    ([action, ticker, percent]): Recommendation => ({
      ticker,
      action,
      entryPrice: '50',
      targetPrice: '60',
      stopLoss: '40',
      allocationPercent: String(percent),
      rationale: 'because',
    }),
  );
  await services.research.saveRecommendations(taskId, recommendations, new Date());
  return taskId;
}

const newStrategy = () => saveStrategy(harness.services, { providers: allIn('direct') });
const execute = async (taskId: string, ticketId = taskId) =>
  (await harness.folios.startTicket({ ticketId, taskId })).result();

/** Cash, holdings and total of an account as the positions, the ledger and the last snapshot tell them: they must agree. */
async function booksOf(accountId: string) {
  const { portfolio } = harness.services;
  const balances = await portfolio.balances(accountId);
  const positions = await portfolio.listPositions(accountId);
  const snapshot = (await portfolio.listSnapshots(accountId)).at(-1);
  const held = positions.reduce((sum, one) => sum.plus(dec(one.quantity).times(one.marketPrice)), dec(0));
  const cash = dec(balances.get('cash') ?? '0');
  expect(cash.greaterThanOrEqualTo(0)).toBe(true);
  expect(totalOf(balances)).toBe(cash.plus(held).toFixed());
  expect(snapshot?.totalUsd).toBe(cash.plus(held).toFixed());
  expect(await portfolio.listUnbalanced()).toEqual([]);
  return { cash, total: cash.plus(held), quantities: new Map(positions.map((one) => [one.ticker, one.quantity])) };
}

describe('a ticket', () => {
  test('buys, adds, sells a part, closes, holds, and denies a short sale, over the runs of one account', async () => {
    const { portfolio, marketClockRepository } = harness.services;
    const strategy = await newStrategy();
    const first = await execute(
      await taskWith(strategy, [
        ['BUY', 'KO', 40],
        ['BUY', 'PG', 30],
      ]),
    );
    expect(first).toMatchObject({ filledCount: 2, deniedCount: 0, totalUsd: '100000' });
    const { accountId } = first;
    const bought = await booksOf(accountId);

    await marketClockRepository.advance('2021-02-01');
    const second = await execute(
      await taskWith(strategy, [
        ['SELL', 'KO', 10],
        ['HOLD', 'PG', 30],
        ['BUY', 'JNJ', 20],
        ['SELL', 'XOM', 10],
      ]),
    );
    expect(second).toMatchObject({ accountId, filledCount: 2, deniedCount: 1 });
    const moved = await booksOf(accountId);
    expect(dec(moved.quantities.get('KO') ?? 0).lessThan(bought.quantities.get('KO') ?? 0)).toBe(true);
    expect(moved.quantities.get('PG')).toBe(bought.quantities.get('PG'));
    expect(moved.quantities.has('JNJ')).toBe(true);
    expect(moved.total.equals(100_000)).toBe(false);
    const denied = await portfolio.listOrders({ accountId, state: 'DENIED' });
    expect(denied.map((one) => [one.ticker, one.stateReason])).toEqual([['XOM', expect.stringContaining('no short')]]);

    await execute(
      await taskWith(strategy, [
        ['SELL', 'KO', 0],
        ['BUY', 'PG', 5],
      ]),
    );
    const closed = await booksOf(accountId);
    expect([...closed.quantities.keys()].sort()).toEqual(['JNJ', 'PG']);
    expect(dec(closed.quantities.get('PG') ?? 0).greaterThan(moved.quantities.get('PG') ?? 0)).toBe(true);
  });

  test('executed again, at once or later, books nothing more and gives the same answer', async () => {
    const { portfolio } = harness.services;
    const taskId = await taskWith(await newStrategy(), [['BUY', 'KO', 50]]);
    const [one, joined] = await Promise.all([execute(taskId), execute(taskId)]);
    expect(joined).toEqual(one);
    const executions = await portfolio.listExecutions({ accountId: one.accountId });
    expect(executions).toHaveLength(1);
    expect(await execute(taskId)).toEqual(one);
    expect(await portfolio.listExecutions({ accountId: one.accountId })).toEqual(executions);
    await booksOf(one.accountId);
  });

  test('of a task that has another ticket is refused and leaves no order', async () => {
    const { portfolio } = harness.services;
    const taskId = await taskWith(await newStrategy(), [['BUY', 'KO', 50]]);
    const { accountId } = await execute(taskId);
    const ticketId = randomUUID();
    await expect(execute(taskId, ticketId)).rejects.toMatchObject({
      cause: { type: 'TICKET_CONFLICT', nonRetryable: true },
    });
    expect(await portfolio.listOrders({ ticketId })).toEqual([]);
    await booksOf(accountId);
  });

  test('beside another of the same account spends no cash twice', async () => {
    const strategy = await newStrategy();
    const tasks = [await taskWith(strategy, [['BUY', 'KO', 90]]), await taskWith(strategy, [['BUY', 'PG', 90]])];
    const [one] = await Promise.all(tasks.map((taskId) => execute(taskId)));
    const { total } = await booksOf(one?.accountId ?? '');
    expect(total.toFixed(2)).toBe('100000.00');
  });

  test('without anything to order executes its task and values the account at the present day', async () => {
    const { services } = harness;
    const strategy = await newStrategy();
    const opened = await execute(await taskWith(strategy, [['BUY', 'KO', 90]]));
    await services.marketClockRepository.advance('2021-03-01');
    const taskId = await taskWith(strategy, [['HOLD', 'KO', 90]]);
    const held = await execute(taskId);
    expect(held).toMatchObject({ filledCount: 0, deniedCount: 0, cashUsd: opened.cashUsd });
    expect(held.totalUsd).not.toBe(opened.totalUsd);
    expect((await booksOf(held.accountId)).total.toFixed()).toBe(held.totalUsd);
    expect(await services.portfolio.listPositions(held.accountId)).toMatchObject([{ marketDate: '2021-03-01' }]);
    expect(await services.research.findTask(taskId)).toMatchObject({ executedAt: expect.anything() });
  });
});

test('a snapshot follows the market clock, keeps one row per account and day, and agrees with the ledger', async () => {
  const { services, folios } = harness;
  const { accountId, totalUsd } = await execute(await taskWith(await newStrategy(), [['BUY', 'AAPL', 95]]));
  await services.marketClockRepository.advance('2021-06-01');
  const value = async (input: { marketDate?: string }) =>
    (await (await folios.startSnapshot(input, randomUUID())).result()).find((one) => one.accountId === accountId);
  const moved = await value({});
  expect(moved).toMatchObject({ marketDate: '2021-06-01' });
  expect(moved?.totalUsd).not.toBe(totalUsd);
  expect(await value({})).toEqual(moved);
  expect((await booksOf(accountId)).total.toFixed()).toBe(moved?.totalUsd);
  const days = (await services.portfolio.listSnapshots(accountId)).map((one) => one.marketDate);
  expect(days).toEqual(['2021-03-01', '2021-06-01']);
});
