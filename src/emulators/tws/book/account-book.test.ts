import { describe, expect, test } from '@jest/globals';
import { dec } from '../../../domain/money/decimal.ts';
import { optionContract, stockContract } from '../contracts/sim-contract.ts';
import { AccountBook } from './account-book.ts';
import type { SimExecution } from './sim-order.ts';

const KO = stockContract('KO');

/** Books a trade with the profit that the book itself counts. */
function trade(book: AccountBook, quantity: number, price: string, commission: string, contract = KO): string | null {
  const signed = dec(quantity);
  const profit = book.profitOf(contract, signed, dec(price), dec(commission))?.toFixed() ?? null;
  book.book({
    contract,
    side: quantity > 0 ? 'BOT' : 'SLD',
    quantity: String(Math.abs(quantity)),
    price,
    commission,
    realizedPnl: profit,
  } as SimExecution);
  return profit;
}

const held = (book: AccountBook, contract = KO) => {
  const position = book.positions.get(contract.conId);
  return [position?.quantity.toFixed(), position?.averageCost.toFixed(), position?.realizedPnl.toFixed()];
};

describe('an account', () => {
  test('averages what it buys, commission included, and realises what it sells', () => {
    const book = new AccountBook('A', dec(10_000));
    expect(trade(book, 10, '50', '1')).toBeNull();
    trade(book, 10, '60', '1');
    expect(held(book)).toEqual(['20', '55.1', '0']);
    expect(trade(book, -5, '70', '1')).toBe('73.5');
    expect(held(book)).toEqual(['15', '55.1', '73.5']);
    expect(book.cash.toFixed()).toBe('9247');
  });

  test('that sells more than it has is short from there on', () => {
    const book = new AccountBook('A', dec(10_000));
    trade(book, 10, '50', '0');
    expect(trade(book, -15, '52', '0')).toBe('20');
    expect(held(book)).toEqual(['-5', '52', '20']);
    expect(trade(book, 5, '50', '0')).toBe('10');
    expect(held(book)).toEqual(['0', '0', '30']);
    expect(book.cash.toFixed()).toBe('10030');
  });

  test('counts a contract of an option as a hundred units', () => {
    const option = optionContract('KO', '20210219', '50', 'C');
    const book = new AccountBook('A', dec(10_000));
    trade(book, 2, '1.5', '1.3', option);
    expect(held(book, option)).toEqual(['2', '150.65', '0']);
    expect(book.cash.toFixed()).toBe('9698.7');
  });

  test('books nothing for the summary of a combination', () => {
    const book = new AccountBook('A', dec(10_000));
    book.book({ contract: KO, side: 'BOT', quantity: '1', price: '5', commission: null } as SimExecution);
    expect([book.cash.toFixed(), book.positions.size]).toEqual(['10000', 0]);
  });
});
