import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerSession } from '../../ports/broker-session.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { cancelOrder, modifyOrder } from './changes.ts';
import { messageOf } from './failures.ts';
import { workOrders } from './order-worker.ts';
import type { PaperSessionOptions } from './paper-options.ts';
import { placeOrders, reportsAbout, sequenceOrders } from './placement.ts';
import { createReportQueue } from './report-queue.ts';
import { createStateBoard, type StateBoard } from './session-state.ts';
import { heldOf, statementOf } from './statement.ts';
import { costOf } from './what-if.ts';

export interface PaperSession extends BrokerSession {
  /**
   * Works all orders of all accounts at new quotes, after what was good for a day that is over has expired. Every account
   * is tried; then it fails with the first failure.
   */
  marketMoved(): Promise<void>;
}

const DEFAULT_RETRY_MS = 1_000;

/**
 * The paper broker: any number of accounts that trade against a market of quotes, always at the quote, never worse than
 * a limit. It matches when orders are placed or changed and when it is told that the market moved. State is kept before
 * anything of it is reported, and an account that is opened again reports all it has: a process that dies repeats
 * reports, under the same keys, and loses none. Margin and cash are never checked; that is the risk gate's.
 */
export function createPaperSession(options: PaperSessionOptions): PaperSession {
  const { clock, grid = {} } = options;
  const queue = createReportQueue(options.log);
  const board = createStateBoard();
  const accounts = createAccounts(options, queue);
  void openUntilReady(accounts, board, options);
  return {
    broker: 'paper',
    simulated: true,
    get state() {
      return board.state;
    },
    async place(account, orders) {
      board.assertReady();
      const { result: refusal, reports } = await accounts.step(account, {
        orders: ({ book }) => sequenceOrders(book, grid, orders),
        work: (desk, sequence, { resting }) => placeOrders(desk, sequence, resting),
      });
      if (refusal) throw refusal;
      return reportsAbout(orders, reports);
    },
    async modify(account, orderRef, change) {
      board.assertReady();
      const { result: refusal } = await accounts.step(account, {
        orders: ({ book }) => book.live().flatMap(({ order }) => (order.orderRef === orderRef ? [order] : [])),
        work: (desk, _orders, { resting }) => modifyOrder(desk, orderRef, change, resting),
      });
      if (refusal) throw refusal;
    },
    async cancel(account, orderRef) {
      board.assertReady();
      await accounts.step(account, { orders: () => [], work: ({ book }) => cancelOrder(book, orderRef) });
    },
    async statement(account) {
      board.assertReady();
      const { result } = await accounts.step(account, {
        orders: () => [],
        work: ({ book }) => statementOf(book, account, clock.now()),
      });
      queue.publish(account, queue.failed(account));
      return result;
    },
    async whatIf(account, orders) {
      board.assertReady();
      const { result } = await accounts.step(account, {
        orders: ({ book }) => sequenceOrders(book, grid, orders),
        instruments: ({ book }) => heldOf(book).map(({ instrument }) => instrument),
        work: (desk, sequence) => costOf(desk, sequence),
      });
      return result;
    },
    // Profit and loss of a paper account stands in our own books alone.
    profit: async () => null,
    async marketMoved() {
      board.assertReady();
      await moveMarket(accounts);
    },
    onReports: queue.onReports,
    onState: board.onState,
    async close() {
      board.become('closed');
      await accounts.idle();
      await queue.drained();
    },
  };
}

/** Tries until every account was opened, or the session is closed. */
async function openUntilReady(accounts: Accounts, board: StateBoard, options: PaperSessionOptions): Promise<void> {
  const { log, retryMs = DEFAULT_RETRY_MS } = options;
  while (board.state === 'connecting') {
    try {
      await accounts.openAll();
      board.become('ready');
    } catch (error) {
      log.error({ error: messageOf(error) }, 'the paper broker cannot open its accounts; it tries again');
      await delay(retryMs, undefined, { ref: false });
    }
  }
}

async function moveMarket(accounts: Accounts): Promise<void> {
  const moves = accounts.names().map((account) =>
    accounts.step(account, {
      orders: ({ book }) => book.live().map(({ order }) => order),
      work(desk, _orders, { sizes, resting }) {
        sizes.clear();
        resting.clear();
        workOrders(desk, resting);
      },
    }),
  );
  const failed = (await Promise.allSettled(moves)).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
