import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../money/decimal.ts';
import { applyExecution, applyQuantity, applyStatus, type OrderProgress } from './order-progress.ts';

const working: OrderProgress = { state: 'ACCEPTED', quantity: '10', filledQuantity: '0', averageFillPrice: null };

describe('executions', () => {
  test('fill an order part by part, at the average of what was paid', () => {
    const first = applyExecution(working, { quantity: '4', price: '10' });
    expect(first).toMatchObject({
      progress: { state: 'PARTIALLY_FILLED', filledQuantity: '4', averageFillPrice: '10' },
    });
    if (first.kind !== 'applied') throw new Error('refused');
    expect(applyExecution(first.progress, { quantity: '6', price: '11' })).toMatchObject({
      progress: { state: 'FILLED', filledQuantity: '10', averageFillPrice: '10.6' },
    });
  });

  test.each([
    ['more than was ordered', working, '10.5', /^a fill of 10\.5 after 0 is more than the 10 ordered$/],
    ['nothing', working, '0', /is none/],
    ['less than nothing', working, '-1', /is none/],
    ['an order that was denied', { ...working, state: 'DENIED' as const }, '1', /DENIED cannot partial_fill/],
  ])('that fill %s are refused', (_what, progress, quantity, problem) => {
    expect(applyExecution(progress, { quantity, price: '1' })).toEqual({
      kind: 'refused',
      problem: expect.stringMatching(problem),
    });
  });

  test('in any parts and order end with the same order', () => {
    const parts = fc.array(
      fc.record({ units: fc.integer({ min: 1, max: 9 }), cents: fc.integer({ min: 1, max: 9999 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(parts, (all) => {
        const quantity = String(all.reduce((total, one) => total + one.units, 0));
        const fillAll = (list: typeof all) =>
          list.reduce<OrderProgress>(
            (progress, { units, cents }) => {
              const step = applyExecution(progress, {
                quantity: String(units),
                price: dec(cents).dividedBy(100).toFixed(),
              });
              if (step.kind === 'refused') throw new Error(step.problem);
              return step.progress;
            },
            { ...working, quantity },
          );
        const [forward, backward] = [fillAll(all), fillAll([...all].reverse())];
        expect([forward.state, forward.filledQuantity]).toEqual(['FILLED', quantity]);
        const difference = dec(forward.averageFillPrice ?? 0).minus(backward.averageFillPrice ?? 0);
        expect(difference.abs().lessThan('0.00000001')).toBe(true);
      }),
    );
  });
});

describe('what a broker says of a state', () => {
  test('moves the order, but fills nothing before the executions are there', () => {
    expect(applyStatus(working, 'cancel')).toMatchObject({ progress: { state: 'CANCELLED' } });
    for (const event of ['fill', 'partial_fill'] as const) {
      expect(applyStatus({ ...working, state: 'SUBMITTED' }, event)).toMatchObject({
        progress: { state: 'ACCEPTED', filledQuantity: '0', averageFillPrice: null },
      });
    }
  });

  test('that tells of a whole fill of less than was ordered ends an order that its group has reduced', () => {
    const partly: OrderProgress = { ...working, state: 'PARTIALLY_FILLED', filledQuantity: '4', averageFillPrice: '9' };
    expect(applyStatus(partly, 'fill', '4')).toMatchObject({ progress: { state: 'FILLED', quantity: '4' } });
    const early = applyStatus(partly, 'fill', '6');
    expect(early).toMatchObject({ progress: { state: 'PARTIALLY_FILLED', quantity: '6', filledQuantity: '4' } });
    if (early.kind !== 'applied') throw new Error('refused');
    expect(applyExecution(early.progress, { quantity: '2', price: '9' })).toMatchObject({
      progress: { state: 'FILLED' },
    });
    for (const odd of ['0', '3', '10', '12']) {
      expect(applyStatus(partly, 'fill', odd)).toEqual({ kind: 'applied', progress: partly });
    }
  });

  test('that contradicts the order is refused in words', () => {
    expect(applyStatus({ ...working, state: 'REJECTED' }, 'fill')).toEqual({
      kind: 'refused',
      problem: 'an order that is REJECTED cannot fill',
    });
  });
});

describe('a change of quantity', () => {
  const partly: OrderProgress = { ...working, state: 'PARTIALLY_FILLED', filledQuantity: '4', averageFillPrice: '10' };

  test.each([
    ['12', 'PARTIALLY_FILLED', '12'],
    ['5', 'PARTIALLY_FILLED', '5'],
    ['4.0', 'FILLED', '4'],
  ])('to %s leaves the order %s', (wanted, state, quantity) => {
    expect(applyQuantity(partly, wanted)).toEqual({ kind: 'applied', progress: { ...partly, state, quantity } });
  });

  test.each<[string, OrderProgress, string]>([
    ['to less than is filled', partly, '3'],
    ['to nothing', working, '0'],
    ['of an order that is over', { ...partly, state: 'CANCELLED' }, '12'],
  ])('%s is refused', (_what, progress, quantity) => {
    expect(applyQuantity(progress, quantity)).toMatchObject({ kind: 'refused' });
  });
});
