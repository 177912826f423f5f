import { describe, expect, test } from '@jest/globals';
import type { Option, Stock } from './instrument.ts';
import type { OrderProgress } from './order-progress.ts';
import { applyFill, isSameFill, type ReportedFill } from './order-progress-fill.ts';

const KO: Stock = { kind: 'stock', symbol: 'KO' };
const PUT: Option = {
  ...{ kind: 'option', symbol: 'KO', expiration: '2026-06-19', strike: '60', right: 'PUT', multiplier: '100' },
};
const working: OrderProgress = { state: 'ACCEPTED', quantity: '10', filledQuantity: '0', averageFillPrice: null };
const fillOf = (changes: Partial<ReportedFill> = {}): ReportedFill => ({
  ...{ instrument: KO, side: 'BUY', quantity: '4', price: '60.10' },
  ...changes,
});

describe('an execution', () => {
  test('of the order’s instrument and side fills it', () => {
    expect(applyFill(working, { tradable: KO, side: 'BUY' }, [], fillOf())).toEqual({
      ...{ kind: 'applied', instrument: KO },
      progress: { ...working, state: 'PARTIALLY_FILLED', filledQuantity: '4', averageFillPrice: '60.1' },
    });
  });

  test('is known by its terms, however their numbers are spelled, and booked by the order’s spelling', () => {
    const told = { ...PUT, strike: '60.0', multiplier: '1e2' };
    const step = applyFill(working, { tradable: PUT, side: 'BUY' }, [], fillOf({ instrument: told, price: '0' }));
    expect(step).toMatchObject({ kind: 'applied', instrument: PUT, progress: { averageFillPrice: '0' } });
  });

  test('of a sold combination is on the other side of its leg', () => {
    const legs = [
      { instrument: PUT, side: 'BUY', ratio: 1 },
      { instrument: { ...PUT, strike: '55' }, side: 'SELL', ratio: 1 },
    ] as const;
    const order = { tradable: { kind: 'combo', symbol: 'KO', legs }, side: 'SELL' } as const;
    const leg = fillOf({ instrument: PUT, price: '1' });
    expect(applyFill(working, order, [], leg)).toMatchObject({ kind: 'refused' });
    expect(applyFill(working, order, [], { ...leg, side: 'SELL' })).toMatchObject({
      ...{ kind: 'applied', instrument: PUT, progress: { state: 'PARTIALLY_FILLED', filledQuantity: '0' } },
    });
  });

  test.each<[string, Partial<ReportedFill>]>([
    ['another symbol', { instrument: { ...KO, symbol: 'PG' } }],
    ['an option on the share', { instrument: PUT }],
    ['the other side', { side: 'SELL' }],
    ['no quantity', { quantity: '0' }],
    ['an endless quantity', { quantity: 'Infinity' }],
    ['a price below zero', { price: '-0.01' }],
    ['a price that is none', { price: '' }],
    ['a price too large for the books', { price: '1e15' }],
    ['a price finer than the books compute', { price: `0.${'1'.repeat(60)}` }],
    ['more than was ordered', { quantity: '11' }],
  ])('of %s is refused', (_what, changes) => {
    expect(applyFill(working, { tradable: KO, side: 'BUY' }, [], fillOf(changes))).toMatchObject({ kind: 'refused' });
  });

  test.each<[string, Partial<Option>]>([
    ['strike', { strike: '61' }],
    ['right', { right: 'CALL' }],
    ['expiration', { expiration: '2026-06-26' }],
    ['multiplier', { multiplier: '10' }],
    ['strike that is no number', { strike: 'x' }],
  ])('of an option with another %s is refused', (_what, changes) => {
    const fill = fillOf({ instrument: { ...PUT, ...changes } });
    expect(applyFill(working, { tradable: PUT, side: 'BUY' }, [], fill)).toMatchObject({ kind: 'refused' });
  });

  test('is the same as another that tells the same facts', () => {
    expect(isSameFill(fillOf(), fillOf({ price: '60.1' }))).toBe(true);
    const others: Partial<ReportedFill>[] = [{ price: '60' }, { quantity: '5' }, { side: 'SELL' }, { instrument: PUT }];
    for (const other of others) expect(isSameFill(fillOf(), fillOf(other))).toBe(false);
  });
});
