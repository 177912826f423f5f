import { FoliosError } from '../../src/contracts/errors.ts';
import { isMarketOpen } from '../../src/domain/market/calendar.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import { type DecimalString, dec } from '../../src/domain/money/decimal.ts';
import {
  type AssessedOrder,
  assessTicket,
  type OrderToAssess,
  type TicketFacts,
} from '../../src/domain/orders/assess-ticket.ts';
import { instrumentKey } from '../../src/domain/orders/instrument.ts';
import { type PlannedOrder, TimeInForce } from '../../src/domain/orders/order.ts';
import { OrderSide } from '../../src/domain/orders/order-state.ts';
import { planTicket } from '../../src/domain/orders/plan-ticket.ts';
import type { DeltasUsd } from '../../src/domain/orders/portfolio-delta.ts';
import { priceStepsOf } from '../../src/domain/orders/price-increment.ts';
import { nextWalkPrice, type WalkStep } from '../../src/domain/orders/price-walk.ts';
import { reductionObstacle } from '../../src/domain/orders/reduce-only.ts';
import { legsOf, type PriceWalk, type TicketSpec } from '../../src/domain/orders/ticket.ts';
import { isLive } from '../../src/ports/market-data.ts';
import type { AccountExposure, TicketRecord } from '../../src/ports/order-journal.ts';
import type { TwoSidedQuote } from '../../src/ports/quotes.ts';
import { BrokerName, type TradingAccount } from '../../src/ports/trading-accounts.ts';
import type { OrderPorts } from './ports.ts';

/** In which the same order again is taken for a mistake. */
const DUPLICATE_WINDOW_MS = 10_000;

/** Within which the broker of a new account tells what it holds. */
const OPENING_MS = 60_000;

/** The smart pricing of a ticket, which is its first order's; null where it has none. */
export function pricingOf(spec: TicketSpec): PriceWalk | null {
  return ('pricing' in spec ? spec.pricing : undefined) ?? null;
}

/** Plans the orders of a valid ticket and asks for their prices; a walking one gets its first. */
export async function priceTicket(
  ports: OrderPorts,
  account: TradingAccount,
  ticketId: string,
  spec: TicketSpec,
): Promise<readonly OrderToAssess[]> {
  const planned = planTicket(ticketId, spec);
  const quotes = new Map<string, Promise<TwoSidedQuote | null>>();
  const quoteOf = (order: PlannedOrder) => {
    const key = JSON.stringify(order.tradable);
    const asked = quotes.get(key) ?? ports.quotes.quote(account, order.tradable);
    quotes.set(key, asked);
    return asked;
  };
  return Promise.all(planned.map(async (order) => withPrice(order, spec, await quoteOf(order))));
}

/** Holds the orders of a ticket against the account's limits; the account must be locked, or two could spend the same cash. */
export async function gateTicket(
  ports: OrderPorts,
  account: TradingAccount,
  priced: readonly OrderToAssess[],
  { spec, tradeId }: { readonly spec: TicketSpec; readonly tradeId: string | null },
): Promise<readonly AssessedOrder[]> {
  const now = ports.clock.now();
  const facts = await readFacts(
    ports,
    account,
    priced.map(({ planned }) => planned),
    now,
  );
  requireOpenedBooks(account, facts, now);
  const orders = priced.map((one) => ({
    ...one,
    obstacle: one.obstacle ?? reductionObstacle(spec, one.planned, facts) ?? emptyBooks(account, facts),
  }));
  return assessTicket(orders, { ...facts, tradeId }, account.limits, spec.kind === 'combo');
}

/** Why a change of a working order is denied, in words; null where it is allowed. It is a new risk: all limits hold. */
export async function gateChange(
  ports: OrderPorts,
  account: TradingAccount,
  { spec, tradeId }: Pick<TicketRecord, 'spec' | 'tradeId'>,
  changed: PlannedOrder,
): Promise<string | null> {
  const [facts, quote] = await Promise.all([
    readFacts(ports, account, [changed], ports.clock.now()),
    ports.quotes.quote(account, changed.tradable),
  ]);
  // It takes the place of the order that stands there, and is the same intent.
  const working = facts.working.filter(({ order }) => order.orderRef !== changed.orderRef);
  const obstacle = reductionObstacle(spec, changed, facts);
  const [assessed] = assessTicket(
    [{ planned: changed, walkLimit: null, quote: quote?.last ?? null, obstacle }],
    { ...facts, working, recentIntents: [], tradeId },
    account.limits,
    false,
  );
  return assessed?.denial ?? null;
}

/** What the gate has to know of the account and the market before these orders. */
async function readFacts(
  ports: OrderPorts,
  account: TradingAccount,
  orders: readonly PlannedOrder[],
  now: Date,
): Promise<Omit<TicketFacts, 'tradeId'>> {
  const exposure = await ports.journal.exposure(account.accountId, new Date(now.getTime() - DUPLICATE_WINDOW_MS));
  return {
    ...exposure,
    buyingPowerUsd: exposure.cashUsd,
    // A replayed market stands at one day's close and trades at it whenever somebody asks.
    isMarketOpen: !isLive(ports.marketData, account.priceSource) || isMarketOpen(now.getTime()),
    deltas: await readDeltas(ports, account, exposure, orders),
  };
}

/** Of everything that counts for the limit; nothing is asked where the account has none. An expired option has no delta. */
async function readDeltas(
  ports: OrderPorts,
  account: TradingAccount,
  { positions, working }: AccountExposure,
  orders: readonly PlannedOrder[],
): Promise<DeltasUsd> {
  if (account.limits.maxPortfolioDeltaUsd === null) return new Map();
  const today = await tradingDay(ports, account);
  const ordered = [...orders, ...working.map(({ order }) => order)];
  const instruments = [
    ...positions.map(({ instrument }) => instrument),
    ...ordered.flatMap(({ tradable, side }) => legsOf(tradable, side).map(({ instrument }) => instrument)),
  ];
  const distinct = new Map(instruments.map((one) => [instrumentKey(one), one]));
  const deltas = [...distinct].map(async ([key, one]) => {
    const isExpired = one.kind === 'option' && one.expiration < today;
    return [key, isExpired ? '0' : await ports.quotes.deltaUsd(account, one)] as const;
  });
  return new Map(await Promise.all(deltas));
}

/** The gate would deny for want of cash what only waits for the broker to tell the cash. BROKER_NOT_READY, retried. */
function requireOpenedBooks(
  { broker, name, createdAt }: TradingAccount,
  { cashUsd, positions }: Pick<TicketFacts, 'cashUsd' | 'positions'>,
  now: Date,
): void {
  const isNew = now.getTime() - createdAt.getTime() < OPENING_MS;
  const isEmpty = dec(cashUsd).isZero() && positions.length === 0;
  if (broker === BrokerName.paper || !isNew || !isEmpty) return;
  throw new FoliosError('BROKER_NOT_READY', `the broker has not told yet what account ${name} holds; nothing was sent`);
}

/** A limit would only say that the cash is too little. What has nothing can neither buy nor close. */
function emptyBooks(
  { broker, name, brokerAccount }: TradingAccount,
  facts: Pick<AccountExposure, 'cashUsd' | 'positions'>,
): string | null {
  const isEmpty = dec(facts.cashUsd).isZero() && facts.positions.length === 0;
  if (broker === BrokerName.paper || !isEmpty) return null;
  return `the broker has told of no cash and no position of account ${name}: does the gateway manage ${brokerAccount}?`;
}

function withPrice(planned: PlannedOrder, spec: TicketSpec, quote: TwoSidedQuote | null): OrderToAssess {
  const pricing = planned.parentRef === null ? pricingOf(spec) : null;
  if (pricing === null) return { planned, walkLimit: null, quote: quote?.last ?? null, obstacle: null };
  return { ...firstPrice(planned, pricing, quote), quote: quote?.last ?? null };
}

function firstPrice(
  planned: PlannedOrder,
  pricing: PriceWalk,
  quote: TwoSidedQuote | null,
): Pick<OrderToAssess, 'planned' | 'walkLimit' | 'obstacle'> {
  const noPrice = { planned, walkLimit: null, obstacle: 'there is no market to price the order by' };
  if (quote === null) return noPrice;
  const step = nextPrice(planned, pricing, quote, null);
  if (step.kind !== 'price') return noPrice;
  const natural: DecimalString = planned.side === OrderSide.buy ? quote.ask : quote.bid;
  const walkLimit = pricing.limit === 'natural' ? natural : pricing.limit;
  return { planned: { ...planned, limitPrice: step.price }, walkLimit, obstacle: null };
}

/** Where smart pricing takes an order from its present price; from none for its first one. */
export function nextPrice(
  { side, tradable }: PlannedOrder,
  { step, limit }: PriceWalk,
  quote: TwoSidedQuote,
  present: DecimalString | null,
): WalkStep {
  const increments = priceStepsOf(tradable);
  return nextWalkPrice({ side, quote, step, limit, present, increments, isNetPrice: tradable.kind === 'combo' });
}

/** The trading day on which orders given now trade. */
export function tradingDay(ports: OrderPorts, account: TradingAccount): Promise<MarketDate> {
  return ports.marketClock.today(account.priceSource);
}

/** Whether an order of `day` may still be sent on `today`: a day order is over with its day. */
export function isOfToday(order: PlannedOrder, day: MarketDate, today: MarketDate): boolean {
  return order.timeInForce !== TimeInForce.day || day === today;
}
