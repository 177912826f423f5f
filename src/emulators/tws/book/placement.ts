import { type Dec, dec } from '../../../domain/money/decimal.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import { isOnGrid } from '../market/price-rules.ts';
import type { OrderFields } from '../wire/order-layout.ts';
import type { OrderLists } from '../wire/place-order.ts';
import type { SimOrder } from './sim-order.ts';

/** A TWS error. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

const ORDER_TYPES: Readonly<Record<string, readonly ('lmtPrice' | 'auxPrice')[]>> = {
  MKT: [],
  LMT: ['lmtPrice'],
  STP: ['auxPrice'],
  'STP LMT': ['lmtPrice', 'auxPrice'],
  TRAIL: [],
};
const MOST_LEGS = 8;
export const MOST_ACTIVE_ORDERS = 20;

const invalid = (cause: string): Refusal => ({
  code: 321,
  message: `Error validating request.-'bI' : cause - ${cause}`,
});

/** What is wrong with an order's own terms, in TWS's numbers; null where nothing is. */
export function checkTerms(
  contract: SimContract,
  fields: OrderFields,
  lists: OrderLists,
  accounts: readonly string[],
): Refusal | null {
  return (
    checkAccount(fields.account ?? '', accounts) ??
    checkQuantity(fields) ??
    checkLegs(contract, lists) ??
    checkType(fields) ??
    checkPrices(contract, fields)
  );
}

/** The account that an order is for: the only one where it names none. */
export function accountOf(fields: OrderFields, accounts: readonly string[]): string {
  return fields.account || (accounts[0] ?? '');
}

function checkAccount(account: string, accounts: readonly string[]): Refusal | null {
  if (account === '') {
    return accounts.length === 1 ? null : { code: 435, message: 'You must specify an account.' };
  }
  return accounts.includes(account) ? null : invalid(`Invalid account code '${account}'.`);
}

function checkQuantity({ action, totalQuantity }: OrderFields): Refusal | null {
  if (action !== 'BUY' && action !== 'SELL') return invalid('Invalid order action.');
  const quantity = decimalOf(totalQuantity);
  if (quantity === null || quantity.lte(0)) return invalid('The order size must be a positive number.');
  if (!quantity.isInteger()) return { code: 10243, message: 'Fractional-sized order cannot be placed via API.' };
  return null;
}

function checkLegs(contract: SimContract, lists: OrderLists): Refusal | null {
  if (contract.secType !== 'BAG') return null;
  const { legs } = lists;
  if (legs.length < 2 || legs.length > MOST_LEGS) return invalid(`A combination has 2 to ${MOST_LEGS} legs.`);
  const bad = legs.find((leg) => leg.ratio < 1 || (leg.action !== 'BUY' && leg.action !== 'SELL'));
  if (bad !== undefined) return invalid('Invalid leg: its ratio must be at least 1 and its action BUY or SELL.');
  if (new Set(legs.map((leg) => leg.conId)).size < legs.length) return invalid('A contract stands in two legs.');
  return null;
}

function checkType(fields: OrderFields): Refusal | null {
  if (ORDER_TYPES[fields.orderType ?? ''] === undefined) {
    return { code: 387, message: 'Unsupported order type for this exchange and security type.' };
  }
  if (!['DAY', 'GTC'].includes(fields.tif || 'DAY')) return invalid('Invalid time in force.');
  if (fields.orderType !== 'TRAIL') return null;
  const amount = decimalOf(fields.auxPrice);
  const percent = decimalOf(fields.trailingPercent);
  const given = [amount, percent].filter((one) => one !== null && !one.isZero());
  return given.length === 1 && given.every((one) => one?.gt(0))
    ? null
    : invalid('A trailing stop needs a positive trailing amount or a positive percent, and not both.');
}

function checkPrices(contract: SimContract, fields: OrderFields): Refusal | null {
  const needed = ORDER_TYPES[fields.orderType ?? ''] ?? [];
  for (const name of [...needed, 'trailStopPrice'] as const) {
    const price = decimalOf(fields[name]);
    if (price === null) {
      if (name === 'trailStopPrice') continue;
      return invalid(`The ${name === 'lmtPrice' ? 'limit' : 'stop'} price is missing or no number.`);
    }
    if (contract.secType !== 'BAG' && price.lte(0)) return invalid('The price must be positive.');
    if (!isOnGrid(contract, price)) {
      return { code: 110, message: 'The price does not conform to the minimum price variation for this contract.' };
    }
  }
  return null;
}

/** Why a live order cannot become another; null where it can. */
export function checkModify(before: SimOrder, contract: SimContract, fields: OrderFields): Refusal | null {
  const sameLegs = JSON.stringify(before.contract.legs) === JSON.stringify(contract.legs);
  const same = before.contract.conId === contract.conId && sameLegs && before.fields.action === fields.action;
  if (!same || (fields.account && fields.account !== before.account)) {
    return { code: 105, message: 'Order being modified does not match original order' };
  }
  if (before.fields.orderType !== fields.orderType) {
    return { code: 329, message: 'Order modify failed. Cannot change to the new order type.' };
  }
  if (dec(fields.totalQuantity ?? '0').lte(before.filled)) {
    return { code: 201, message: 'Order rejected - reason:The quantity is not more than what has been filled.' };
  }
  return null;
}

function decimalOf(text: string | undefined): Dec | null {
  if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i.test(text)) return null;
  return dec(text);
}
