import { Dec } from '../../src/domain/money/decimal.ts';
import { amountOf } from '../../src/domain/orders/order-progress-fill.ts';

const MAX_COMMISSION = new Dec('1e15');
const MAX_DECIMALS = 20;

/** Why a commission, US dollars as its broker tells it, cannot be booked; null where it can. */
export function commissionProblem(text: string): string | null {
  const amount = amountOf(text);
  const isBookable = amount?.abs().lte(MAX_COMMISSION) && amount.decimalPlaces() <= MAX_DECIMALS;
  return isBookable ? null : `a commission of ${text} cannot be booked`;
}
