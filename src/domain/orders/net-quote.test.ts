import { expect, test } from '@jest/globals';
import { dec } from '../money/decimal.ts';
import type { ComboLeg, Instrument, Option } from './instrument.ts';
import { netQuote, type QuotedPrices } from './net-quote.ts';

const CALL: Option = {
  kind: 'option',
  symbol: 'KO',
  expiration: '2021-01-15',
  strike: '55',
  right: 'CALL',
  multiplier: '100',
};
const PUT: Option = { ...CALL, right: 'PUT' };
const SHARE = { kind: 'stock', symbol: 'KO' } as const;

const quote = (bid: string, ask: string, last: string): QuotedPrices => ({
  bid: dec(bid),
  ask: dec(ask),
  last: dec(last),
});

function net(legs: readonly ComboLeg[], quotes: ReadonlyMap<Instrument, QuotedPrices>): string[] | null {
  const prices = netQuote({ kind: 'combo', symbol: 'KO', legs }, (leg) => quotes.get(leg) ?? null);
  return prices && [prices.bid, prices.ask, prices.last].map((price) => price.toFixed());
}

test('bought, it pays the asks of its bought legs and gets the bids of its sold ones, ratio by ratio', () => {
  const quotes = new Map<Instrument, QuotedPrices>([
    [CALL, quote('1.2', '1.3', '1.25')],
    [PUT, quote('2', '2.1', '2.05')],
  ]);
  const credit: ComboLeg[] = [
    { instrument: CALL, side: 'BUY', ratio: 1 },
    { instrument: PUT, side: 'SELL', ratio: 2 },
  ];
  expect(net(credit, quotes)).toEqual(['-3', '-2.7', '-2.85']);
});

test('a hundred shares weigh as much as the option on them', () => {
  const covered: ComboLeg[] = [
    { instrument: SHARE, side: 'BUY', ratio: 100 },
    { instrument: CALL, side: 'SELL', ratio: 1 },
  ];
  const quotes = new Map<Instrument, QuotedPrices>([
    [SHARE, quote('54.83', '54.85', '54.84')],
    [CALL, quote('1.2', '1.3', '1.25')],
  ]);
  expect(net(covered, quotes)).toEqual(['53.53', '53.65', '53.59']);
});

test('it has no price where one of its legs has none', () => {
  const legs: ComboLeg[] = [
    { instrument: CALL, side: 'BUY', ratio: 1 },
    { instrument: PUT, side: 'SELL', ratio: 1 },
  ];
  expect(net(legs, new Map([[CALL, quote('1', '1', '1')]]))).toBeNull();
});
