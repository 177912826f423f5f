import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createTradingSwitch } from '../../../db/repositories/trading-switch.ts';
import type { TradingMode } from '../../../src/domain/orders/trading-mode.ts';
import type { OrderJournal } from '../../../src/ports/order-journal.ts';
import type { TradingSwitch } from '../../../src/ports/trading-switch.ts';
import { NOON } from './fixtures.ts';
import {
  executionOf,
  newTicket,
  optionOn,
  pendingOrder,
  recordIn,
  singleOf,
  statusOf,
  submittedOrder,
  trade,
  withJournal,
} from './order-fixtures.ts';

const LATER = new Date(NOON.getTime() + 60_000);
const conflict = { name: 'FoliosError', code: 'TICKET_CONFLICT' };

describe('the exposure of an account', () => {
  let journal: OrderJournal;
  let accountId: string;
  let tradingSwitch: TradingSwitch;
  withJournal((bench) => {
    ({ journal, accountId } = bench);
    tradingSwitch = createTradingSwitch(bench.database.db);
  });

  test('is under the stricter mode of its own and of all accounts, as of the same moment', async () => {
    const modeAfter = async (mode: TradingMode, ofAll: boolean) => {
      await tradingSwitch.set({ accountId: ofAll ? null : accountId, mode, reason: 'a try', by: 'ada', at: NOON });
      return (await journal.exposure(accountId, LATER)).mode;
    };
    expect(await modeAfter('reduce_only', false)).toBe('reduce_only');
    expect(await modeAfter('paused', true)).toBe('paused');
    expect(await modeAfter('normal', true)).toBe('reduce_only');
    expect(await modeAfter('normal', false)).toBe('normal');
  });

  test('is its cash, its positions at their marks, and their trades', async () => {
    await trade(journal, accountId, ['BUY', '10', '60']);
    await trade(journal, accountId, ['SELL', '2', '1.5'], optionOn('65'));
    const ofTrade = { ...newTicket(accountId, singleOf({ tradable: optionOn('55', 'PUT') })), tradeId: 'trade-7' };
    await journal.journalTicket(ofTrade);
    const put = { instrument: optionOn('55', 'PUT'), quantity: '10', price: '0.2' } as const;
    await recordIn(journal, accountId, executionOf(`${ofTrade.ticketId}/1`, put), NOON);
    const exposure = await journal.exposure(accountId, LATER);
    expect(exposure).toEqual({
      mode: 'normal',
      cashUsd: '99500',
      netLiquidationUsd: '100000',
      positions: [
        { instrument: { kind: 'stock', symbol: 'KO' }, quantity: '10', marketValueUsd: '600', tradeId: null },
        { instrument: optionOn('65'), quantity: '-2', marketValueUsd: '-300', tradeId: null },
        { instrument: optionOn('55', 'PUT'), quantity: '10', marketValueUsd: '200', tradeId: 'trade-7' },
      ],
      working: [],
      recentIntents: [],
    });
  });

  test('has every order that may still trade, with what is reserved for the rest of it', async () => {
    const part = await submittedOrder(journal, accountId);
    await recordIn(journal, accountId, executionOf(part, { quantity: '4' }), NOON);
    const lost = await submittedOrder(journal, accountId);
    await journal.move(lost, 'lose', 'no trace', NOON);
    const pending = await pendingOrder(journal, accountId);
    const over = await submittedOrder(journal, accountId);
    await recordIn(journal, accountId, statusOf(over, 'expire'), NOON);
    await journal.journalTicket(newTicket(accountId, singleOf(), { denial: 'no' }));
    const { working } = await journal.exposure(accountId, LATER);
    const reserved = working.map((one) => [one.order.orderRef, one.remainingQuantity, one.reservedUsd]);
    expect(reserved.sort()).toEqual(
      [
        [part, '6', '360'],
        [lost, '10', '600'],
        [pending, '10', '600'],
      ].sort(),
    );
  });

  test('has the intents of late, but those denied or rejected, by what was intended', async () => {
    const early = await submittedOrder(journal, accountId);
    const late = { ...newTicket(accountId, singleOf()), at: LATER };
    await journal.journalTicket(late);
    await journal.changeOrder(`${late.ticketId}/1`, { limitPrice: '61' }, LATER);
    await journal.journalTicket({ ...newTicket(accountId, singleOf(), { denial: 'no' }), at: LATER });
    const since = async (at: Date) => (await journal.exposure(accountId, at)).recentIntents;
    expect(await since(LATER)).toEqual([
      { orderRef: `${late.ticketId}/1`, intentKey: 'BUY 1 KO | LIMIT | 10 | 60 | - | - | -' },
    ]);
    expect((await since(NOON)).map((one) => one.orderRef)).toEqual([early, `${late.ticketId}/1`]);
    await recordIn(journal, accountId, statusOf(early, 'reject'), NOON);
    expect(await since(NOON)).toHaveLength(1);
  });

  test('of an account that does not exist is a conflict', async () => {
    for (const unknown of [randomUUID(), 'nonsense']) {
      await expect(journal.exposure(unknown, NOON)).rejects.toMatchObject(conflict);
    }
  });
});
