import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CliContext } from '../../src/cli/context.ts';
import { runCommand } from '../../src/cli/testing/run-command.ts';
import { dec } from '../../src/domain/money/decimal.ts';
import type { OrderSpec } from '../../src/domain/orders/order.ts';
import { cliContext } from '../../src/main/cli-context.ts';
import { type OrderHarness, startOrderHarness } from '../factories/order-harness.ts';
import { waitFor } from '../factories/wait-for.ts';

let harness: OrderHarness;
let context: CliContext;
beforeAll(async () => {
  harness = await startOrderHarness({ FOLIOS_REPLAY_START: '2005-02-24' });
  context = cliContext(harness.config, harness.services, harness);
}, 90_000);
afterAll(() => harness?.close());

const run = async (...words: string[]) => {
  const ended = await runCommand(words, context);
  expect({ words, exitCode: ended.exitCode, stderr: ended.stderr }).toMatchObject({ words, exitCode: 0 });
  return ended.stdout;
};
const json = async (...words: string[]) => JSON.parse(await run(...words, '--json'));

async function place(accountId: string, symbol: string, order: Partial<OrderSpec>) {
  const tradable = { kind: 'stock', symbol } as const;
  const terms = { side: 'BUY', quantity: '101', type: 'MARKET', timeInForce: 'DAY' } as const;
  const ticketId = randomUUID();
  await harness.folios.startTicket({
    ...{ ticketId, accountId },
    ticket: { kind: 'single', order: { tradable, ...terms, ...order } },
  });
  return ticketId;
}

const stateOf = async (ticketId: string) => (await harness.services.journal.findTicket(ticketId))?.orders[0];
const untilState = (ticketId: string, state: string) =>
  waitFor(`${ticketId} is ${state}`, async () => (await stateOf(ticketId))?.state === state);

test('a split and dividends reach broker, books, profit and loss and equity curve alike, and the command adds up to the ledger', async () => {
  const { accounts, portfolio } = harness.services;
  const opening = { broker: 'paper', priceSource: 'as_traded', initialBalanceUsd: '100000' } as const;
  const { accountId } = await accounts.open({ name: 'real', ...opening, openedOn: '2005-02-24' }, new Date());
  await untilState(await place(accountId, 'AAPL', {}), 'FILLED');
  await untilState(await place(accountId, 'IBM', { quantity: '50' }), 'FILLED');
  const resting = await place(accountId, 'AAPL', {
    ...{ side: 'SELL', type: 'LIMIT', limitPrice: '120', timeInForce: 'GTC' },
  });
  await untilState(resting, 'ACCEPTED');

  const moved = await json('clock', 'advance', '2005-03-01');
  expect(moved.snapshots).toMatchObject([{ accountId, marketDate: '2005-03-01' }]);
  await untilState(resting, 'CANCELLED');
  expect((await stateOf(resting))?.stateReason).toBe('split 2 for 1');
  expect(await portfolio.listPositions(accountId)).toMatchObject([
    { ticker: 'AAPL', quantity: '202', marketPrice: '44.5' },
    { ticker: 'IBM', quantity: '50' },
  ]);
  await untilState(await place(accountId, 'AAPL', { side: 'SELL', quantity: '102' }), 'FILLED');

  await json('clock', 'advance', '2005-05-09');
  expect(await json('reconcile', '--account', 'real')).toMatchObject({ agreed: true });
  const { accounts: told } = await json('pnl', '--account', 'real', '--lots');
  const balances = await portfolio.balances(accountId);
  const of = (name: string) => dec(balances.get(name) ?? '0');
  const [real] = told;
  expect(real).toMatchObject({ method: 'fifo', dividendsUsd: '10.00', closedLots: [{ quantity: '102' }] });
  expect(dec(real.realizedUsd).plus(of('realized-pnl')).toFixed()).toBe('0');
  expect(dec(real.unrealizedUsd).plus(of('unrealized-pnl')).toFixed()).toBe('0');
  expect(dec(real.commissionsUsd).minus(of('commission')).toFixed()).toBe('0');
  const [statement] = (await json('portfolio', '--account', 'real')).accounts;
  expect(dec(statement.totalUsd).minus(100_000).toFixed(2)).toBe(dec(real.totalUsd).toFixed(2));
  expect(statement.snapshots.map(({ marketDate }: { marketDate: string }) => marketDate)).toEqual([
    '2005-03-01',
    '2005-05-09',
  ]);
  expect(await run('portfolio', '--account', 'real')).toMatch(
    /Equity curve\nDAY +CASH \$ +POSITIONS \$ +TOTAL \$ +CHANGE %\n2005-03-01 .* –\n2005-05-09 .* [+-]\d+\.\d\d/,
  );
  expect(await run('pnl', '--account', 'real', '--lots')).toMatch(/real +AAPL +2005-02-24 +2005-03-01 +102 +4,\d/);
  expect(await portfolio.listUnbalanced()).toEqual([]);
}, 90_000);
