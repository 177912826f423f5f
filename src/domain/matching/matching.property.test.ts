import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec, ZERO } from '../money/decimal.ts';
import { isOnIncrement, US_STOCK_STEPS } from '../orders/price-increment.ts';
import { marginOf } from './margin.ts';
import { OcaRule, quantityAfterFill } from './oca.ts';
import { type BookedPosition, positionAfter } from './position.ts';
import { tradePrice, tradeQuantity } from './trades.ts';
import { viewTrigger } from './triggers.ts';
import type { WorkingTerms } from './working-terms.ts';

const cents = fc.integer({ min: 100, max: 20_000 }).map((n) => dec(n).div(100));
const side = fc.constantFrom('BUY' as const, 'SELL' as const);
const units = (max: number) => fc.integer({ min: 1, max });

describe('matching, whatever the market does', () => {
  test('a trailing stop is on the price grid, never moves back, and stays reached', () => {
    const distance = fc.oneof(
      fc.integer({ min: 1, max: 2_000 }).map((n) => ({ trailAmount: dec(n).div(100).toFixed(2) })),
      fc.integer({ min: 1, max: 990 }).map((n) => ({ trailPercent: dec(n).div(10).toFixed(1) })),
    );
    fc.assert(
      fc.property(side, distance, fc.array(cents, { minLength: 1, maxLength: 30 }), (of, trail, lasts) => {
        let order: WorkingTerms = { side: of, type: 'TRAILING_STOP', ...trail, isTriggered: false, trailStop: null };
        for (const last of lasts) {
          const seen = viewTrigger(order, last, US_STOCK_STEPS);
          const stop = seen.trailStop ?? '';
          expect(isOnIncrement(stop, US_STOCK_STEPS)).toBe(true);
          if (order.trailStop !== null) {
            expect(of === 'SELL' ? dec(stop).gte(order.trailStop) : dec(stop).lte(order.trailStop)).toBe(true);
          }
          if (order.isTriggered) expect(seen).toEqual({ isTriggered: true, trailStop: order.trailStop });
          else expect(seen.isTriggered).toBe(of === 'SELL' ? last.lte(stop) : last.gte(stop));
          order = { ...order, ...seen };
        }
      }),
      { seed: 3 },
    );
  });

  test('an order trades at the market, never worse than its limit and never before its trigger', () => {
    const type = fc.constantFrom('MARKET' as const, 'LIMIT' as const, 'STOP_LIMIT' as const);
    fc.assert(
      fc.property(side, type, cents, cents, units(50), fc.boolean(), (of, kind, limit, bid, spread, isTriggered) => {
        const market = { bid, ask: bid.plus(dec(spread).div(100)) };
        const order = { side: of, type: kind, limitPrice: limit.toFixed(), isTriggered, trailStop: null };
        const price = tradePrice(order, market);
        const there = of === 'BUY' ? market.ask : market.bid;
        const isGood = kind === 'MARKET' || (of === 'BUY' ? there.lte(limit) : there.gte(limit));
        expect(price?.toFixed() ?? null).toBe(isTriggered && isGood ? there.toFixed() : null);
      }),
      { seed: 3 },
    );
  });

  test('an order trades neither more than is left of it, nor than its family allows, nor than the market has', () => {
    const bound = fc.option(fc.integer({ min: -5, max: 60 }));
    fc.assert(
      fc.property(units(50), fc.nat(50), bound, bound, (quantity, filled, allowed, available) => {
        const filling = { quantity: String(quantity), filled: String(Math.min(filled, quantity)) };
        const traded = tradeQuantity(filling, allowed === null ? null : String(allowed), available).toNumber();
        const rest = quantity - Math.min(filled, quantity);
        const bounds = [
          rest,
          ...(allowed === null ? [] : [allowed + rest - quantity]),
          ...(available === null ? [] : [available]),
        ];
        expect(traded).toBe(Math.max(0, Math.min(...bounds)));
      }),
      { seed: 3 },
    );
  });

  test('a group goes down with a fill and never below what has filled or in parts of a unit; a whole fill cancels it', () => {
    fc.assert(
      fc.property(units(50), units(50), units(50), fc.nat(49), (quantity, traded, other, filled) => {
        const before = { quantity: String(quantity), filled: '0' };
        const beside = { quantity: String(other), filled: String(Math.min(filled, other - 1)) };
        const part = Math.min(traded, quantity);
        const after = quantityAfterFill(OcaRule.reduce, before, dec(part), beside);
        expect(quantityAfterFill(OcaRule.cancel, before, dec(part), beside)).toBeNull();
        if (part === quantity) expect(after).toBeNull();
        else {
          expect(dec(after ?? 0).isInteger()).toBe(true);
          expect(dec(after ?? 0).lte(other) && dec(after ?? 0).gt(beside.filled)).toBe(true);
        }
      }),
      { seed: 3 },
    );
  });
});

test('a position is the sum of its trades, and once it is closed nothing of its cost remains', () => {
  const trade = fc.record({ signed: fc.integer({ min: -50, max: 50 }).filter((n) => n !== 0), price: cents });
  fc.assert(
    fc.property(fc.array(trade, { minLength: 1, maxLength: 20 }), (trades) => {
      let position: BookedPosition | null = null;
      for (const { signed, price } of trades) {
        const quantity = dec(signed);
        position = positionAfter(position, { quantity, value: quantity.times(price), commission: dec(1) });
        if (position.quantity.isZero()) expect(position.averageCost.toFixed()).toBe('0');
      }
      expect(position?.quantity.toNumber()).toBe(trades.reduce((total, { signed }) => total + signed, 0));
    }),
    { seed: 3 },
  );
});

test('margin: half of a share and a quarter to keep it, a bought option its price, a sold one a fifth of the share more', () => {
  const at = (kind: 'stock' | 'option', quantity: number, multiplier: number, mark: string) => {
    const margin = marginOf({
      kind,
      quantity: dec(quantity),
      multiplier: dec(multiplier),
      mark: dec(mark),
      spot: dec(60),
    });
    return [margin.initial.toFixed(), margin.maintenance.toFixed()];
  };
  expect(at('stock', 100, 1, '60')).toEqual(['3000', '1500']);
  expect(at('stock', -100, 1, '60')).toEqual(['3000', '1500']);
  expect(at('option', 2, 100, '1.5')).toEqual(['300', '300']);
  expect(at('option', -2, 100, '1.5')).toEqual(['2700', '2700']);
  expect(
    marginOf({ kind: 'option', quantity: ZERO, multiplier: dec(100), mark: dec(1), spot: dec(60) }).initial.toFixed(),
  ).toBe('0');
});
