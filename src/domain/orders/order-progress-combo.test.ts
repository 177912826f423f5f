import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../money/decimal.ts';
import type { Instrument, Option } from './instrument.ts';
import { instrumentKey } from './instrument.ts';
import type { OrderProgress } from './order-progress.ts';
import { applyLegExecution, type LegFill } from './order-progress-combo.ts';
import type { Combo } from './ticket.ts';

const call = (strike: string): Option => ({
  ...{ kind: 'option', symbol: 'SPX', expiration: '2026-12-18', strike, right: 'CALL', multiplier: '100' },
});
const VERTICAL: Combo = {
  kind: 'combo',
  symbol: 'SPX',
  legs: [
    { instrument: call('5000'), side: 'BUY', ratio: 1 },
    { instrument: call('5100'), side: 'SELL', ratio: 1 },
  ],
};
const COVERED_CALL: Combo = {
  kind: 'combo',
  symbol: 'SPX',
  legs: [
    { instrument: { kind: 'stock', symbol: 'SPX' }, side: 'BUY', ratio: 100 },
    { instrument: call('5000'), side: 'SELL', ratio: 1 },
  ],
};
const working = (quantity: string): OrderProgress => ({
  ...{ state: 'ACCEPTED', quantity, filledQuantity: '0', averageFillPrice: null },
});
const fill = (instrument: Instrument, quantity: string, price: string): LegFill => ({
  ...{ instrument: instrumentKey(instrument), quantity, price },
});

/** The progress after each of the fills. */
function follow(combo: Combo, start: OrderProgress, fills: readonly LegFill[]): readonly OrderProgress[] {
  const steps: OrderProgress[] = [];
  fills.forEach((one, index) => {
    const step = applyLegExecution(steps.at(-1) ?? start, combo, fills.slice(0, index), one);
    if (step.kind === 'refused') throw new Error(step.problem);
    steps.push(step.progress);
  });
  return steps;
}

describe('executions of legs', () => {
  test('fill as many combinations as all legs are there for, at their net price', () => {
    const steps = follow(VERTICAL, working('2'), [
      fill(call('5000'), '2', '30'),
      fill(call('5100'), '1', '12'),
      fill(call('5100'), '1', '13'),
    ]);
    expect(
      steps.map(({ state, filledQuantity, averageFillPrice }) => [state, filledQuantity, averageFillPrice]),
    ).toEqual([
      ['PARTIALLY_FILLED', '0', null],
      ['PARTIALLY_FILLED', '1', '18'],
      ['FILLED', '2', '17.5'],
    ]);
  });

  test('have a negative price where the buyer is paid', () => {
    const credit = { ...VERTICAL, legs: [...VERTICAL.legs].reverse().map((leg) => ({ ...leg })) };
    const swapped = credit.legs.map((leg) => ({ ...leg, side: leg.side === 'BUY' ? 'SELL' : 'BUY' }) as const);
    const steps = follow({ ...credit, legs: swapped }, working('1'), [
      fill(call('5000'), '1', '30'),
      fill(call('5100'), '1', '12'),
    ]);
    expect(steps.at(-1)).toMatchObject({ state: 'FILLED', averageFillPrice: '-18' });
  });

  test('of shares and an option are priced per unit of the largest multiplier', () => {
    const steps = follow(COVERED_CALL, working('1'), [
      fill({ kind: 'stock', symbol: 'SPX' }, '60', '50'),
      fill(call('5000'), '1', '2'),
      fill({ kind: 'stock', symbol: 'SPX' }, '40', '51'),
    ]);
    expect(steps.map((step) => step.filledQuantity)).toEqual(['0', '0', '1']);
    expect(steps.at(-1)?.averageFillPrice).toBe('48.4');
  });

  test('of a cancelled order are what crossed the cancel', () => {
    const cancelled = { ...working('2'), state: 'CANCELLED' as const };
    const steps = follow(VERTICAL, cancelled, [fill(call('5000'), '1', '30'), fill(call('5100'), '1', '12')]);
    expect(steps.map(({ state }) => state)).toEqual(['CANCELLED', 'CANCELLED']);
    expect(steps.at(-1)).toMatchObject({ filledQuantity: '1', averageFillPrice: '18' });
  });

  test.each([
    ['of an instrument that is no leg', fill(call('5200'), '1', '1'), /C 5200 is not a leg/],
    ['larger than the leg', fill(call('5000'), '3', '1'), /a fill of 3 after 0 is more than the 2 ordered of the leg/],
  ])('%s are refused', (_what, execution, problem) => {
    expect(applyLegExecution(working('2'), VERTICAL, [], execution)).toEqual({
      kind: 'refused',
      problem: expect.stringMatching(problem),
    });
  });

  test('of a rejected order are refused', () => {
    const rejected = { ...working('1'), state: 'REJECTED' as const };
    expect(applyLegExecution(rejected, VERTICAL, [], fill(call('5000'), '1', '1'))).toMatchObject({ kind: 'refused' });
  });

  test('in any parts and order fill the order once, never beyond it, at the same net price', () => {
    const parts = fc.shuffledSubarray([...Array(6).keys()], { minLength: 6 });
    fc.assert(
      fc.property(parts, (order) => {
        const units = [0, 1, 2].flatMap(() => [fill(call('5000'), '1', '30'), fill(call('5100'), '1', '12')]);
        const fills = order.map((index) => units[index]).filter((one) => one !== undefined);
        const steps = follow(VERTICAL, working('3'), fills);
        const counts = steps.map((step) => dec(step.filledQuantity).toNumber());
        expect([...counts].sort((a, b) => a - b)).toEqual(counts);
        expect(steps.filter(({ state }) => state === 'FILLED')).toHaveLength(1);
        expect(steps.at(-1)).toMatchObject({ state: 'FILLED', filledQuantity: '3', averageFillPrice: '18' });
      }),
    );
  });
});
