import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Dec, dec, sum, ZERO } from '../money/decimal.ts';
import { OrderSide } from '../orders/order-state.ts';
import { applyEntries, assertBalanced, type Balances, depositEntries, type LedgerEntry, totalOf } from './ledger.ts';
import { type Holding, markToMarket, settleFills } from './settle.ts';

const TICKERS = ['KO', 'PG', 'XOM'];
const COMMISSION = dec('0.35');

const cents = (max: number) => fc.integer({ min: 1, max }).map((value) => dec(value).dividedBy(100));
const share = fc.double({ min: 0.01, max: 1, noNaN: true });
const tickers = fc.constantFrom(...TICKERS);
const step = fc.oneof(
  fc.record({ kind: fc.constant('deposit' as const), amount: cents(10_000_000) }),
  fc.record({ kind: fc.constant('buy' as const), ticker: tickers, price: cents(50_000), share }),
  fc.record({ kind: fc.constant('sell' as const), ticker: tickers, price: cents(50_000), share }),
  fc.record({ kind: fc.constant('mark' as const), ticker: tickers, price: cents(50_000) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A portfolio that books every step through the production code and keeps all entries it ever booked. */
class Books {
  balances: Balances = new Map();
  positions = new Map<string, Holding>();
  readonly quotes = new Map(TICKERS.map((ticker) => [ticker, '100']));
  readonly booked: LedgerEntry[] = [];
  private fillCount = 0;

  deposit(amount: Dec): void {
    this.book(depositEntries(amount));
    this.trade([]);
  }

  trade(fills: { ticker: string; side: OrderSide; quantity: Dec; price: Dec }[]): void {
    const settled = settleFills({
      balances: this.balances,
      positions: this.positions,
      quotes: this.quotes,
      fills: fills.map(({ ticker, side, quantity, price }) => ({
        execId: String(this.fillCount++),
        ticker,
        side,
        quantity: quantity.toFixed(),
        price: price.toFixed(),
        commissionUsd: COMMISSION.toFixed(),
      })),
    });
    for (const { entries } of settled.transactions) this.book(entries);
    expect(settled.balances).toEqual(this.balances);
    this.positions = new Map(settled.positions.map(({ ticker, ...holding }) => [ticker, holding]));
  }

  mark(ticker: string, price: Dec): void {
    this.quotes.set(ticker, price.toFixed());
    const marked = markToMarket({ balances: this.balances, positions: this.positions, quotes: this.quotes });
    for (const { entries } of marked.transactions) this.book(entries);
  }

  private book(entries: readonly LedgerEntry[]): void {
    assertBalanced(entries);
    this.booked.push(...entries);
    this.balances = applyEntries(this.balances, entries);
  }
}

function take(books: Books, one: Step): void {
  if (one.kind === 'deposit') books.deposit(one.amount);
  else if (one.kind === 'mark') books.mark(one.ticker, one.price);
  else {
    const { ticker, price } = one;
    books.quotes.set(ticker, price.toFixed());
    const [side, quantity] = one.kind === 'buy' ? sizeBuy(books, one) : sizeSell(books, one);
    books.trade(quantity.greaterThan(0) ? [{ ticker, side, quantity, price }] : []);
  }
}

type Trade = { ticker: string; price: Dec; share: number };

function cashIn(books: Books): Dec {
  return dec(books.balances.get('cash') ?? ZERO);
}

function sizeBuy(books: Books, { price, share }: Trade): [OrderSide, Dec] {
  return [OrderSide.buy, cashIn(books).minus(COMMISSION).times(share).dividedBy(price).floor()];
}

/** A commission that neither cash nor proceeds can pay is the one thing the books refuse: then nothing is sold. */
function sizeSell(books: Books, { ticker, price, share }: Trade): [OrderSide, Dec] {
  const quantity = dec(books.positions.get(ticker)?.quantity ?? ZERO)
    .times(share)
    .ceil();
  const payable = cashIn(books).plus(quantity.times(price)).greaterThanOrEqualTo(COMMISSION);
  return [OrderSide.sell, payable ? quantity : ZERO];
}

function assertInvariants(books: Books): void {
  const cash = cashIn(books);
  expect(cash.greaterThanOrEqualTo(0)).toBe(true);
  const market = [...books.positions].map(([ticker, { quantity }]) =>
    dec(quantity).times(books.quotes.get(ticker) ?? ZERO),
  );
  expect(sum(market).plus(cash).toFixed()).toBe(totalOf(books.balances));
}

test('over 1,000 random sequences the books balance, cash stays above zero and a closed portfolio leaves no trace', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const books = new Books();
      books.deposit(dec('100000'));
      for (const one of steps) {
        take(books, one);
        assertInvariants(books);
      }
      const summed = books.booked.reduce<Balances>((balances, entry) => applyEntries(balances, [entry]), new Map());
      expect(summed).toEqual(books.balances);
      expect(sum([...summed.values()].map((amount) => dec(amount))).isZero()).toBe(true);

      for (const ticker of TICKERS) {
        take(books, { kind: 'deposit', amount: dec(1) });
        take(books, { kind: 'sell', ticker, price: dec('12.34'), share: 1 });
      }
      assertInvariants(books);
      expect(books.positions.size).toBe(0);
      const left = [...books.balances.keys()].filter((account) => /^(position|revaluation|unrealized)/.test(account));
      expect(left).toEqual([]);
      expect(totalOf(books.balances)).toBe(books.balances.get('cash') ?? '0');
    }),
    { numRuns: 1000 },
  );
});
