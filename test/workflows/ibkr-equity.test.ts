import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { withIbkrHarness } from '../factories/ibkr-suite.ts';
import type { IbkrHarness } from '../factories/order-harness.ts';

let harness: IbkrHarness;
withIbkrHarness((started) => {
  harness = started;
});

test('an account at Interactive Brokers is valued at the broker’s prices, and keeps its marks while the broker is away', async () => {
  const { accountId, folios, services, tws } = harness;
  const tradable = { kind: 'stock', symbol: 'KO' } as const;
  const order = { tradable, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' } as const;
  const ticket = { ticketId: randomUUID(), accountId, ticket: { kind: 'single', order } } as const;
  await (await folios.startTicket(ticket)).result();

  const snapshotOf = async () => {
    const rows = await (await folios.startSnapshot({}, randomUUID())).result();
    return rows.find((row) => row.accountId === accountId);
  };
  const valued = await snapshotOf();
  const [position] = await services.portfolio.listPositions(accountId);
  const quote = await services.quotes.quote({ broker: 'ibkr', priceSource: 'replay' }, tradable);
  expect(Number(position?.marketPrice)).toBe(Number(quote?.last));
  const { netLiquidationUsd } = await services.journal.exposure(accountId, new Date());
  expect(Number(valued?.totalUsd)).toBe(Number(netLiquidationUsd));
  expect(await services.portfolio.listSnapshots(accountId)).toMatchObject([
    { marketDate: valued?.marketDate, totalUsd: valued?.totalUsd },
  ]);

  await tws.close();
  expect(await snapshotOf()).toEqual(valued);
  expect(await services.portfolio.listUnbalanced()).toEqual([]);
}, 60_000);
