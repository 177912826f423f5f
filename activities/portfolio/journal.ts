import { v5 as uuidV5 } from 'uuid';
import type { JournaledTicket } from '../../src/contracts/activities/ticket.ts';
import { errorCodeOf } from '../../src/contracts/errors.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import type { DecimalString } from '../../src/domain/money/decimal.ts';
import { OrderState } from '../../src/domain/orders/order-state.ts';
import { cashOf } from '../../src/domain/portfolio/ledger.ts';
import { type PlannedOrder, planOrders } from '../../src/domain/portfolio/plan-orders.ts';
import { markToMarket } from '../../src/domain/portfolio/settle.ts';
import { RecommendationAction } from '../../src/domain/research/recommendation.ts';
import type { AccountRecord, OrderRecord, TaskRecord } from '../../src/ports/repositories.ts';
import { bringUpTo, readBooks } from './books.ts';
import type { TicketPorts } from './ports.ts';
import { refusalsOf } from './trading-mode.ts';

/** The account of the task's strategy and provider, opened with its deposit the first time. */
export async function openAccount(
  ports: TicketPorts,
  task: TaskRecord,
  balance: string | undefined,
): Promise<AccountRecord> {
  const account = await ports.portfolio.findAccountOf(task.strategyId, task.provider);
  if (account) return account;
  const { priceSource, initialBalanceUsd } = await ports.strategies.document(task.strategyId, task.strategyVersion);
  return ports.portfolio.openAccount(
    {
      strategyId: task.strategyId,
      provider: task.provider,
      priceSource,
      initialBalanceUsd: balance ?? initialBalanceUsd,
      openedOn: await ports.marketClock.today(priceSource),
    },
    ports.clock.now(),
  );
}

/** Sizes the orders at the day's prices and commits them before anything reaches a broker. */
export async function journal(
  ports: TicketPorts,
  ticket: { ticketId: string; task: TaskRecord; account: AccountRecord },
): Promise<readonly OrderRecord[]> {
  const { ticketId, task, account } = ticket;
  const [day, recommendations, restriction] = await Promise.all([
    ports.marketClock.today(account.priceSource),
    ports.research.listRecommendations(task.taskId),
    ports.tradingSwitch.restrictionOf(account.accountId),
  ]);
  await bringUpTo(ports, account, day);
  const wanted = recommendations.filter((one) => one.action !== RecommendationAction.hold).map((one) => one.ticker);
  const books = await readBooks(ports, account, day, await quotesWhereThereAre(ports, account, wanted, day));
  const { orders } = planOrders({
    recommendations,
    cashUsd: cashOf(books.balances),
    totalUsd: markToMarket(books).totalUsd,
    positions: books.positions,
    quotes: books.quotes,
  });
  const refusal = refusalsOf(restriction, books.positions);
  const now = ports.clock.now();
  const records = orders.map((order) => {
    const reason = order.outcome === 'denied' ? null : refusal(order);
    const gated = reason === null ? order : ({ ...order, outcome: 'denied', reason } as const);
    return toRecord(gated, { ticketId, taskId: task.taskId, accountId: account.accountId, day, now });
  });
  return ports.portfolio.journalOrders({ ticketId, taskId: task.taskId, accountId: account.accountId }, records);
}

/** An order without a price is denied by the plan; only what is held must have one. */
async function quotesWhereThereAre(
  ports: TicketPorts,
  account: AccountRecord,
  tickers: readonly string[],
  day: MarketDate,
): Promise<Map<string, DecimalString>> {
  const quotes = new Map<string, DecimalString>();
  for (const ticker of tickers) {
    try {
      quotes.set(ticker, (await ports.marketData.source(account.priceSource).quote(ticker, day)).price);
    } catch (error) {
      const code = errorCodeOf(error);
      if (code !== 'QUOTE_UNAVAILABLE' && code !== 'TICKER_UNKNOWN') throw error;
    }
  }
  return quotes;
}

function toRecord(
  order: PlannedOrder,
  ids: { ticketId: string; taskId: string; accountId: string; day: MarketDate; now: Date },
): OrderRecord {
  const { ticketId, taskId, accountId, day, now } = ids;
  return {
    orderId: uuidV5(order.ticker, ticketId),
    ticketId,
    taskId,
    accountId,
    orderRef: `${ticketId}/${order.ticker}`,
    ticker: order.ticker,
    side: order.side,
    quantity: order.quantity,
    state: order.outcome === 'denied' ? OrderState.denied : OrderState.pending,
    stateReason: order.reason ?? null,
    referencePrice: order.referencePrice,
    marketDate: day,
    filledQuantity: '0',
    averageFillPrice: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** What the workflow needs to know of the journaled orders. */
export function summary(
  ticketId: string,
  task: TaskRecord,
  account: AccountRecord,
  { orders, marketDate }: { orders: readonly OrderRecord[]; marketDate: MarketDate },
): JournaledTicket {
  const denied = orders.filter((order) => order.state === OrderState.denied).length;
  return {
    ticketId,
    taskId: task.taskId,
    accountId: account.accountId,
    strategyId: task.strategyId,
    provider: task.provider,
    marketDate,
    orderCount: orders.length - denied,
    deniedCount: denied,
  };
}
