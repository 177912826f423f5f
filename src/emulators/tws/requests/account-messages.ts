import { type Dec, ZERO } from '../../../domain/money/decimal.ts';
import type { AccountBook, SimPosition } from '../book/account-book.ts';
import { markOf } from '../book/margin.ts';
import { multiplierOf, type SimContract } from '../contracts/sim-contract.ts';
import type { Connection } from '../session/connection.ts';
import type { Desk } from '../session/desk.ts';
import { contractFields } from '../wire/contract-fields.ts';
import { clockText } from '../wire/time-text.ts';
import { accountValues, LEDGER_TAGS, profitsOf } from './account-values.ts';

/** Message 61. */
export function sendPosition(connection: Connection, account: string, position: SimPosition): void {
  const { contract, quantity, averageCost } = position;
  const cost = averageCost.toDecimalPlaces(8).toFixed();
  connection.send(['61', '3', account, ...contractFields(contract), quantity.toFixed(), cost]);
}

/** Messages 6, 7 and 8: everything `reqAccountUpdates` tells; contracts that are not held only where they just changed. */
export function sendAccount(desk: Desk, connection: Connection, book: AccountBook, changed: ReadonlySet<number>): void {
  for (const { tag, value, currency } of accountValues(desk, book)) {
    connection.send(['6', '2', tag, value, currency, book.account]);
  }
  for (const position of book.positions.values()) {
    if (position.quantity.isZero() && !changed.has(position.contract.conId)) continue;
    connection.send(portfolioFields(desk, book.account, position));
  }
  connection.send(['8', '1', clockText(desk.options.clock())]);
}

function portfolioFields(desk: Desk, account: string, position: SimPosition): string[] {
  const { contract, quantity, averageCost, realizedPnl } = position;
  const price = markOf(desk.quotes, contract);
  const value = price.times(multiplierOf(contract)).times(quantity);
  return [
    '7',
    '8',
    ...contractFields({ ...contract, exchange: contract.primaryExchange }),
    quantity.toFixed(),
    price.toFixed(),
    value.toFixed(2),
    averageCost.toDecimalPlaces(8).toFixed(),
    value.minus(averageCost.times(quantity)).toFixed(2),
    realizedPnl.toFixed(2),
    account,
  ];
}

/** Messages 63: the wanted tags of every account. */
export function sendSummary(desk: Desk, connection: Connection, requestId: number, tags: readonly string[]): void {
  const ledger = tags.some((tag) => tag.startsWith('$LEDGER'));
  for (const book of desk.store.accounts.values()) {
    for (const { tag, value, currency } of accountValues(desk, book)) {
      const wanted = tags.includes(tag) || tags.includes('All') || (ledger && LEDGER_TAGS.has(tag));
      if (wanted) connection.send(['63', '1', String(requestId), book.account, tag, value, currency]);
    }
  }
}

/** Message 94, or 95 for one contract. */
export function sendProfits(
  desk: Desk,
  connection: Connection,
  requestId: number,
  book: AccountBook,
  conId: number | null,
): void {
  if (conId === null) {
    const { daily, unrealized, realized } = profitsOf(desk, book);
    connection.send(['94', String(requestId), daily, unrealized, realized]);
    return;
  }
  const position = book.positions.get(conId);
  const held = position?.quantity ?? ZERO;
  const value = position === undefined ? ZERO : unitValue(desk, position.contract).times(held);
  const unrealized = position === undefined ? ZERO : value.minus(position.averageCost.times(held));
  const realized = position?.realizedPnl ?? ZERO;
  connection.send([
    '95',
    String(requestId),
    held.toFixed(),
    unrealized.plus(realized).toFixed(2),
    unrealized.toFixed(2),
    realized.toFixed(2),
    value.toFixed(2),
  ]);
}

function unitValue(desk: Desk, contract: SimContract): Dec {
  return markOf(desk.quotes, contract).times(multiplierOf(contract));
}
