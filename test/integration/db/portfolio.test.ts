import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPortfolioRepository } from '../../../db/repositories/portfolio.ts';
import { createResearchRepository } from '../../../db/repositories/research.ts';
import { dec, sum } from '../../../src/domain/money/decimal.ts';
import { markEntries, sellEntries } from '../../../src/domain/portfolio/ledger.ts';
import type { PortfolioRepository, Settlement } from '../../../src/ports/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';
import {
  fullFill,
  MARKET_DATE,
  NOON,
  type OpenTicket,
  openTicket,
  pendingOrder,
  pendingTask,
  savedStrategy,
  succeededTask,
} from './fixtures.ts';

describe('portfolio repository', () => {
  let database: TestDatabase;
  let portfolio: PortfolioRepository;
  beforeAll(async () => {
    database = await createTestDatabase();
    portfolio = createPortfolioRepository(database.db);
  });
  afterEach(async () => {
    expect(await portfolio.listUnbalanced()).toEqual([]);
  });
  afterAll(() => database.drop());

  const conflict = { name: 'FoliosError', code: 'TICKET_CONFLICT' };
  const unbalanced = { name: 'FoliosError', code: 'LEDGER_UNBALANCED' };

  /** All that a settlement may change of one account, to prove that nothing did. */
  async function booksOf({ account, ticket, task }: OpenTicket) {
    const { accountId } = account;
    return {
      orders: await portfolio.listOrders({ accountId }),
      executions: await portfolio.listExecutions({ accountId }),
      positions: await portfolio.listPositions(accountId),
      balances: [...(await portfolio.balances(accountId))],
      snapshots: await portfolio.listSnapshots(accountId),
      settled: await portfolio.isSettled(ticket.ticketId),
      executedAt: (await createResearchRepository(database.db).findTask(task.taskId))?.executedAt,
    };
  }

  describe('accounts', () => {
    test('twenty who open one account at once find the same one, with one deposit', async () => {
      const { id: strategyId } = await savedStrategy(database.db);
      const wanted = { strategyId, provider: 'gemini', priceSource: 'replay', openedOn: MARKET_DATE } as const;
      const opened = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          portfolio.openAccount({ ...wanted, initialBalanceUsd: String(100_000 + index) }, NOON),
        ),
      );
      const [first] = opened;
      expect(opened).toEqual(Array(20).fill(first));
      const balance = first?.initialBalanceUsd ?? '';
      expect(Object.fromEntries(await portfolio.balances(first?.accountId ?? ''))).toEqual({
        cash: balance,
        capital: `-${balance}`,
      });
      expect(await portfolio.findAccount(first?.accountId ?? '')).toEqual(first);
      expect(await portfolio.listAccounts()).toContainEqual(first);
    });

    test('an account of an unknown strategy is refused, an unknown account is null or empty', async () => {
      const account = {
        strategyId: randomUUID(),
        provider: 'openai',
        priceSource: 'fixed',
        initialBalanceUsd: '1',
        openedOn: MARKET_DATE,
      } as const;
      await expect(portfolio.openAccount(account, NOON)).rejects.toMatchObject({ code: 'STRATEGY_NOT_FOUND' });
      expect(await portfolio.findAccount('nonsense')).toBeNull();
      expect((await portfolio.balances(randomUUID())).size).toBe(0);
    });

    test('an opening balance of zero opens an account without a booking', async () => {
      const { id: strategyId } = await savedStrategy(database.db);
      const account = { strategyId, provider: 'openai', priceSource: 'fixed', openedOn: MARKET_DATE } as const;
      const { accountId } = await portfolio.openAccount({ ...account, initialBalanceUsd: '0' }, NOON);
      expect((await portfolio.balances(accountId)).size).toBe(0);
    });
  });

  describe('journal', () => {
    test('the first journal of a ticket decides, also among parallel ones', async () => {
      const open = await openTicket(database.db);
      const others = Array.from({ length: 10 }, () =>
        portfolio.journalOrders(open.ticket, [pendingOrder(open.ticket, { ticker: 'PG' })]),
      );
      for (const orders of await Promise.all(others)) expect(orders).toEqual([open.order]);
    });

    test('a ticket may have no orders, keeps denied ones with their reason, and keeps their order', async () => {
      const { account } = await openTicket(database.db);
      const { accountId } = account;
      const [first, second] = [await succeededTask(database.db), await succeededTask(database.db)];
      const empty = { ticketId: first.taskId, taskId: first.taskId, accountId };
      expect(await portfolio.journalOrders(empty, [])).toEqual([]);
      expect(await portfolio.journalOrders(empty, [pendingOrder(empty)])).toEqual([]);
      const ticket = { ticketId: second.taskId, taskId: second.taskId, accountId };
      const denied = {
        ticker: 'BRK.B',
        state: 'DENIED',
        stateReason: 'no quote',
        quantity: '0',
        referencePrice: '0',
      } as const;
      const orders = [pendingOrder(ticket, { ticker: 'PG' }), pendingOrder(ticket, denied), pendingOrder(ticket)];
      expect(await portfolio.journalOrders(ticket, orders)).toEqual(orders);
      expect(await portfolio.listOrders({ ticketId: ticket.ticketId, state: 'DENIED' })).toEqual([orders[1]]);
    });

    test('a task has one ticket; orders that were filled already or are another ticket’s are refused', async () => {
      const { ticket, order } = await openTicket(database.db);
      const second = { ...ticket, ticketId: randomUUID() };
      await expect(portfolio.journalOrders(second, [])).rejects.toMatchObject(conflict);
      const { taskId } = await succeededTask(database.db);
      const fresh = { ...ticket, ticketId: taskId, taskId };
      await expect(portfolio.journalOrders(fresh, [order])).rejects.toMatchObject(conflict);
      const filled = pendingOrder(fresh, { state: 'FILLED', filledQuantity: '100', averageFillPrice: '1' });
      await expect(portfolio.journalOrders(fresh, [filled])).rejects.toMatchObject(conflict);
      const sameRef = pendingOrder(fresh, { orderRef: order.orderRef });
      await expect(portfolio.journalOrders(fresh, [sameRef])).rejects.toMatchObject(conflict);
      expect(await portfolio.listOrders({ ticketId: taskId })).toEqual([]);
    });
  });

  describe('settlement', () => {
    test('of ten parallel settlements exactly one books, and the books are exact', async () => {
      const open = await openTicket(database.db);
      const settlement = fullFill(open);
      const results = await Promise.all(Array.from({ length: 10 }, () => portfolio.settle(settlement)));
      expect(results.filter(Boolean)).toHaveLength(1);
      const books = await booksOf(open);
      expect(books).toMatchObject({
        orders: [{ state: 'FILLED', filledQuantity: '100', averageFillPrice: '60.25' }],
        executions: settlement.executions,
        positions: [{ ticker: 'KO', quantity: '100', costUsd: '6025', marketPrice: '60.25' }],
        balances: [
          ['capital', '-100000'],
          ['cash', '93975'],
          ['position:KO', '6025'],
        ],
        snapshots: [{ marketDate: MARKET_DATE, cashUsd: '93975', positionsUsd: '6025', totalUsd: '100000' }],
        settled: true,
        executedAt: NOON,
      });
      expect(sum(books.balances.map(([, amount]) => dec(amount))).isZero()).toBe(true);
      expect(await portfolio.settle({ ...settlement, executions: [], transactions: [] })).toBe(false);
      expect(await booksOf(open)).toEqual(books);
    });

    test('a booking that does not balance is refused with nothing written', async () => {
      const open = await openTicket(database.db);
      const before = await booksOf(open);
      const good = fullFill(open);
      const crooked = good.transactions.map((one) => ({
        ...one,
        entries: [...one.entries, { ledgerAccount: 'cash', amountUsd: '0.00000001' }],
      }));
      await expect(portfolio.settle({ ...good, transactions: crooked })).rejects.toMatchObject(unbalanced);
      const empty = good.transactions.map((one) => ({ ...one, entries: [] }));
      await expect(portfolio.settle({ ...good, transactions: empty })).rejects.toMatchObject(unbalanced);
      expect(await booksOf(open)).toEqual(before);
      expect(await portfolio.settle(good)).toBe(true);
    });

    test.each<[string, Partial<Settlement['snapshot']>, Partial<Settlement['positions'][number]>]>([
      ['cash', { cashUsd: '93975.01', totalUsd: '100000.01' }, {}],
      ['position value', { positionsUsd: '6026', totalUsd: '100001' }, {}],
      ['cost', {}, { costUsd: '6024' }],
      ['market price', {}, { marketPrice: '61' }],
    ])('%s that differs from the ledger is refused with nothing written', async (_what, snapshot, position) => {
      const open = await openTicket(database.db);
      const before = await booksOf(open);
      const good = fullFill(open);
      const bad = {
        ...good,
        snapshot: { ...good.snapshot, ...snapshot },
        positions: good.positions.map((one) => ({ ...one, ...position })),
      };
      await expect(portfolio.settle(bad)).rejects.toMatchObject(unbalanced);
      expect(await booksOf(open)).toEqual(before);
    });

    test('a settlement computed before another one of the account is refused: it would lose that position', async () => {
      const open = await openTicket(database.db);
      const { taskId } = await succeededTask(database.db);
      const ticket = { ...open.ticket, ticketId: taskId, taskId };
      const order = pendingOrder(ticket, { ticker: 'PG', quantity: '10', referencePrice: '100' });
      await portfolio.journalOrders(ticket, [order]);
      await portfolio.settle(fullFill(open));
      const stale = fullFill(
        { ...open, ticket, order },
        {
          positions: [{ ticker: 'PG', quantity: '10', costUsd: '1000', marketPrice: '100', marketDate: MARKET_DATE }],
          snapshot: {
            marketDate: MARKET_DATE,
            cashUsd: '99000',
            positionsUsd: '1000',
            totalUsd: '100000',
            takenAt: NOON,
          },
        },
      );
      await expect(portfolio.settle(stale)).rejects.toMatchObject(unbalanced);
      expect(await portfolio.listPositions(ticket.accountId)).toMatchObject([{ ticker: 'KO' }]);
    });

    test('an execution that was booked before is not booked again', async () => {
      const open = await openTicket(database.db);
      const first = fullFill(open);
      await portfolio.settle(first);
      const { taskId } = await succeededTask(database.db);
      const ticket = { ...open.ticket, ticketId: taskId, taskId };
      const order = pendingOrder(ticket);
      await portfolio.journalOrders(ticket, [order]);
      const execId = first.executions[0]?.execId ?? '';
      const replayed = fullFill({ ...open, ticket, order });
      const again = {
        ...replayed,
        executions: replayed.executions.map((one) => ({ ...one, execId })),
        transactions: replayed.transactions.map((one) => ({ ...one, transactionId: 'another', executionId: execId })),
      };
      expect(await portfolio.settle(again)).toBe(true);
      expect(await portfolio.listExecutions({ accountId: ticket.accountId })).toEqual(first.executions);
      expect((await portfolio.balances(ticket.accountId)).get('cash')).toBe('93975');
    });

    test('orders move by the domain’s table, all of them end, and none is another ticket’s', async () => {
      const open = await openTicket(database.db);
      const good = fullFill(open);
      const before = await booksOf(open);
      const variants = [
        { ...good, orders: [] },
        { ...good, orders: good.orders.map((one) => ({ ...one, state: 'SUBMITTED' as const })) },
        { ...good, orders: good.orders.map((one) => ({ ...one, orderId: randomUUID() })) },
        { ...good, executions: good.executions.map((one) => ({ ...one, orderId: randomUUID() })) },
        { ...good, ticketId: randomUUID() },
        { ...good, accountId: randomUUID() },
        { ...good, taskId: randomUUID() },
      ];
      for (const variant of variants) await expect(portfolio.settle(variant)).rejects.toMatchObject(conflict);
      expect(await booksOf(open)).toEqual(before);
    });

    test('a ticket whose task has not succeeded is not booked', async () => {
      const { account } = await openTicket(database.db);
      const { taskId } = await pendingTask(database.db);
      const ticket = { ticketId: taskId, taskId, accountId: account.accountId };
      await portfolio.journalOrders(ticket, []);
      const nothing = {
        ...ticket,
        orders: [],
        executions: [],
        transactions: [],
        positions: [],
        snapshot: { marketDate: MARKET_DATE, cashUsd: '100000', positionsUsd: '0', totalUsd: '100000', takenAt: NOON },
        at: NOON,
      };
      await expect(portfolio.settle(nothing)).rejects.toMatchObject(conflict);
      expect(await portfolio.isSettled(taskId)).toBe(false);
    });
  });

  describe('marks', () => {
    const nextDay = '2026-03-03';
    const markAt = (accountId: string, price: string, positionsUsd: string, totalUsd: string) => ({
      accountId,
      transactions: [
        {
          transactionId: `mark/${accountId}/${price}`,
          accountId,
          marketDate: nextDay,
          memo: 'mark',
          entries: markEntries({ ticker: 'KO', quantity: '100', costUsd: '6025', price, revaluationUsd: '0' }),
        },
      ],
      positions: [{ ticker: 'KO', quantity: '100', costUsd: '6025', marketPrice: price, marketDate: nextDay }],
      snapshot: { marketDate: nextDay, cashUsd: '93975', positionsUsd, totalUsd, takenAt: NOON },
    });

    test('a revaluation is booked once and extends the equity curve', async () => {
      const open = await openTicket(database.db);
      await portfolio.settle(fullFill(open));
      const { accountId } = open.account;
      const mark = markAt(accountId, '62.5', '6250', '100225');
      await Promise.all([portfolio.mark(mark), portfolio.mark(mark)]);
      const balances = await portfolio.balances(accountId);
      expect(balances.get('revaluation:KO')).toBe('225');
      expect(balances.get('unrealized-pnl')).toBe('-225');
      const snapshots = await portfolio.listSnapshots(accountId);
      expect(snapshots.map((one) => [one.marketDate, one.totalUsd])).toEqual([
        [MARKET_DATE, '100000'],
        [nextDay, '100225'],
      ]);
    });

    test('a mark without its booking is refused, and so is one of an unknown account', async () => {
      const open = await openTicket(database.db);
      await portfolio.settle(fullFill(open));
      const before = await booksOf(open);
      const mark = { ...markAt(open.account.accountId, '62.5', '6250', '100225'), transactions: [] };
      await expect(portfolio.mark(mark)).rejects.toMatchObject(unbalanced);
      await expect(portfolio.mark({ ...mark, accountId: randomUUID() })).rejects.toMatchObject(conflict);
      expect(await booksOf(open)).toEqual(before);
    });

    test('a sale closes the position, and only cash, capital and profit remain', async () => {
      const open = await openTicket(database.db);
      await portfolio.settle(fullFill(open));
      const { accountId } = open.account;
      await portfolio.mark(markAt(accountId, '62.5', '6250', '100225'));
      const { taskId } = await succeededTask(database.db);
      const ticket = { ticketId: taskId, taskId, accountId };
      const order = pendingOrder(ticket, { side: 'SELL', referencePrice: '62.5' });
      await portfolio.journalOrders(ticket, [order]);
      const sale = fullFill({ ...open, ticket, order });
      const entries = sellEntries({
        ticker: 'KO',
        quantity: '100',
        price: '62.5',
        commissionUsd: '0',
        position: { quantity: '100', costUsd: '6025' },
        revaluationUsd: '225',
      });
      await portfolio.settle({
        ...sale,
        transactions: sale.transactions.map((one) => ({ ...one, entries })),
        positions: [],
        snapshot: { marketDate: nextDay, cashUsd: '100225', positionsUsd: '0', totalUsd: '100225', takenAt: NOON },
      });
      expect(await portfolio.listPositions(accountId)).toEqual([]);
      expect(Object.fromEntries(await portfolio.balances(accountId))).toEqual({
        cash: '100225',
        capital: '-100000',
        'realized-pnl': '-225',
      });
    });
  });
});
