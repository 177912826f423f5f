import { applySplit, cashDividend, type DueAction, describeAction } from '../../domain/accounting/corporate-actions.ts';
import { costOf, positionOf, type TaxLot } from '../../domain/accounting/lots.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { dec } from '../../domain/money/decimal.ts';
import { TimeInForce } from '../../domain/orders/order.ts';
import { endOrder } from './family.ts';
import type { OpenAccount } from './open-accounts.ts';
import { COST_DECIMALS, type PaperBook } from './paper-book.ts';
import { isLive, type PaperPosition, PaperStatus } from './paper-state.ts';

/** The last day whose splits and dividends can be known while the market stands on `today`. */
export function knownThrough({ market }: OpenAccount, today: MarketDate): MarketDate {
  const known = market.actions?.through(today) ?? today;
  return known < today ? known : today;
}

/**
 * What has befallen the shares of an account since the last day that is in its book, and the owner's books with it. Where
 * there is anything, all that was told must have been heard first (`untilHeard`): fills that the owner has not booked would
 * not be in what he counts.
 */
export async function loadActions(
  { book, market }: OpenAccount,
  through: MarketDate,
  untilHeard: () => Promise<void>,
): Promise<readonly DueAction[]> {
  if (market.actions === undefined || through <= book.actionsThrough) return [];
  const due = await market.actions.due(symbolsOf(book), { after: book.actionsThrough, through });
  if (due.length > 0) await untilHeard();
  await market.actions.book(through);
  return due;
}

/** Books them in their order: positions and cash, and the orders of a split share are over. */
export function applyActions(book: PaperBook, due: readonly DueAction[], through: MarketDate): void {
  if (through > book.actionsThrough) book.actionsThrough = through;
  for (const one of due) {
    switch (one.action.kind) {
      case 'split':
        cancelOrders(book, one);
        changePosition(book, one);
        break;
      case 'dividend':
        changePosition(book, one);
        break;
      default:
        assertNever(one.action);
    }
  }
}

/** Shares that are held, and what is ordered for longer than the day: an option's is its underlying's. */
function symbolsOf(book: PaperBook): readonly string[] {
  const held = [...book.positions.values()].filter(({ instrument }) => instrument.kind === 'stock');
  const ordered = book.live().filter(({ order }) => order.timeInForce === TimeInForce.goodTillCancelled);
  return [
    ...new Set([
      ...held.map(({ instrument }) => instrument.symbol),
      ...ordered.map(({ order }) => order.tradable.symbol),
    ]),
  ].sort();
}

/** Its prices and quantities are in shares that are no more. */
function cancelOrders(book: PaperBook, { symbol, action }: DueAction): void {
  for (const { brokerOrderId, order } of book.live()) {
    if (order.tradable.symbol !== symbol || !isLive(book.order(brokerOrderId))) continue;
    endOrder(book, brokerOrderId, PaperStatus.cancelled, describeAction(action));
  }
}

function changePosition(book: PaperBook, { symbol, action, priceUsd }: DueAction): void {
  const held = book.positions.get(symbol);
  if (held === undefined || dec(held.quantity).isZero()) return;
  const lots = [lotOf(held)];
  if (action.kind === 'dividend') {
    book.cash = book.cash.plus(cashDividend(lots, action.perShareUsd).amountUsd);
    return;
  }
  const key = `split/${symbol}/${action.exDate}`;
  const after = applySplit({ key, symbol, lots, ratio: action.ratio, cashInLieuPrice: priceUsd });
  const quantity = positionOf(after.lots);
  const averageCost = dec(quantity).isZero() ? '0' : dec(costOf(after.lots)).dividedBy(quantity);
  book.cash = book.cash.plus(after.cashInLieuUsd);
  book.positions.set(symbol, {
    instrument: held.instrument,
    quantity,
    averageCost: dec(averageCost).toDecimalPlaces(COST_DECIMALS).toFixed(),
  });
}

function lotOf({ quantity, averageCost }: PaperPosition): TaxLot {
  return { execId: 'held', quantity, costUsd: dec(quantity).times(averageCost).toFixed(), commissionUsd: '0' };
}
