import { FoliosError } from '../../src/contracts/errors.ts';
import { isMarketOpen } from '../../src/domain/market/calendar.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import { type DecimalString, dec } from '../../src/domain/money/decimal.ts';
import { type AssessedOrder, assessTicket, type OrderToAssess } from '../../src/domain/orders/assess-ticket.ts';
import { type PlannedOrder, TimeInForce } from '../../src/domain/orders/order.ts';
import { OrderSide } from '../../src/domain/orders/order-state.ts';
import { planTicket } from '../../src/domain/orders/plan-ticket.ts';
import { priceStepsOf } from '../../src/domain/orders/price-increment.ts';
import { nextWalkPrice } from '../../src/domain/orders/price-walk.ts';
import type { PriceWalk, TicketSpec } from '../../src/domain/orders/ticket.ts';
import { TradingMode } from '../../src/domain/orders/trading-mode.ts';
import type { AccountExposure } from '../../src/ports/order-journal.ts';
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

/** Plans the orders of a valid ticket, gives a walking one its first price, and holds all against the account's limits. */
export async function gateTicket(
  ports: OrderPorts,
  account: TradingAccount,
  ticket: { readonly ticketId: string; readonly spec: TicketSpec; readonly tradeId: string | null },
): Promise<readonly AssessedOrder[]> {
  const now = ports.clock.now();
  const [orders, exposure, restriction] = await Promise.all([
    Promise.all(
      planTicket(ticket.ticketId, ticket.spec).map((planned) => prepare(ports, account, planned, ticket.spec)),
    ),
    ports.journal.exposure(account.accountId, new Date(now.getTime() - DUPLICATE_WINDOW_MS)),
    ports.tradingSwitch.restrictionOf(account.accountId),
  ]);
  requireOpenedBooks(account, exposure, now);
  const facts = {
    ...exposure,
    mode: restriction?.mode ?? TradingMode.normal,
    buyingPowerUsd: exposure.cashUsd,
    // A replayed market stands at one day's close and trades at it whenever somebody asks.
    isMarketOpen: account.priceSource !== 'yahoo' || isMarketOpen(now.getTime()),
    tradeId: ticket.tradeId,
  };
  const isWhole = ticket.spec.kind === 'combo';
  return assessTicket(orders, facts, account.limits, isWhole);
}

/** The gate would deny for want of cash what only waits for the broker to tell the cash. BROKER_NOT_READY, retried. */
function requireOpenedBooks({ broker, name, createdAt }: TradingAccount, exposure: AccountExposure, now: Date): void {
  const isNew = now.getTime() - createdAt.getTime() < OPENING_MS;
  const isEmpty = dec(exposure.cashUsd).isZero() && exposure.positions.length === 0;
  if (broker === BrokerName.paper || !isNew || !isEmpty) return;
  throw new FoliosError('BROKER_NOT_READY', `the broker has not told yet what account ${name} holds; nothing was sent`);
}

async function prepare(
  ports: OrderPorts,
  account: TradingAccount,
  planned: PlannedOrder,
  spec: TicketSpec,
): Promise<OrderToAssess> {
  const quote = await ports.quotes.quote(account, planned.tradable);
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
  const step = nextWalkPrice({
    side: planned.side,
    quote,
    step: pricing.step,
    limit: pricing.limit,
    present: null,
    increments: priceStepsOf(planned.tradable),
    isNetPrice: planned.tradable.kind === 'combo',
  });
  if (step.kind !== 'price') return noPrice;
  const natural: DecimalString = planned.side === OrderSide.buy ? quote.ask : quote.bid;
  const walkLimit = pricing.limit === 'natural' ? natural : pricing.limit;
  return { planned: { ...planned, limitPrice: step.price }, walkLimit, obstacle: null };
}

/** The trading day on which orders given now trade. */
export function tradingDay(ports: OrderPorts, account: TradingAccount): Promise<MarketDate> {
  return ports.marketClock.today(account.priceSource);
}

/** Whether an order of `day` may still be sent on `today`: a day order is over with its day. */
export function isOfToday(order: PlannedOrder, day: MarketDate, today: MarketDate): boolean {
  return order.timeInForce !== TimeInForce.day || day === today;
}
