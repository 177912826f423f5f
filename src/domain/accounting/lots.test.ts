import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec, sum } from '../money/decimal.ts';
import {
  bookCommission,
  bookExecution,
  bookExecutions,
  costOf,
  type LotExecution,
  positionOf,
  type TaxLot,
  unrealized,
} from './lots.ts';

let count = 0;
function execution(
  side: 'BUY' | 'SELL',
  quantity: string,
  price: string,
  change: Partial<LotExecution> = {},
): LotExecution {
  count += 1;
  return { execId: `exec-${count}`, side, quantity, price, multiplier: '1', commissionUsd: '0', ...change };
}
const buy = execution.bind(null, 'BUY');
const sell = execution.bind(null, 'SELL');

/** Lots as `quantity @ cost`, so that the order of their ages shows. */
const shown = (lots: ReturnType<typeof bookExecutions>['lots']) =>
  lots.map((lot) => `${lot.quantity} @ ${lot.costUsd}`);

describe('first in, first out', () => {
  test('the oldest units are sold first, across lots', () => {
    const { lots, closed, realizedUsd } = bookExecutions([buy('10', '50'), buy('10', '60'), sell('15', '70')]);
    expect(shown(lots)).toEqual(['5 @ 300']);
    expect(closed.map((part) => [part.quantity, part.costUsd, part.proceedsUsd, part.realizedUsd])).toEqual([
      ['10', '500', '700', '200'],
      ['5', '300', '350', '50'],
    ]);
    expect(realizedUsd).toBe('250');
  });

  test('a closed part names the executions that opened and closed it', () => {
    const opening = buy('10', '50', { execId: 'in' });
    const { closed } = bookExecutions([opening, sell('4', '60', { execId: 'out' })]);
    expect(closed).toEqual([
      {
        ...{ openedBy: 'in', closedBy: 'out', quantity: '4', costUsd: '200', proceedsUsd: '240' },
        ...{ commissionUsd: '0', realizedUsd: '40' },
      },
    ]);
  });

  test('a short position is opened by selling and closed by buying', () => {
    const { lots, closed, realizedUsd } = bookExecutions([sell('10', '50'), sell('10', '55'), buy('15', '40')]);
    expect(closed.map((part) => [part.quantity, part.costUsd, part.proceedsUsd])).toEqual([
      ['10', '-500', '-400'],
      ['5', '-275', '-200'],
    ]);
    expect(shown(lots)).toEqual(['-5 @ -275']);
    expect(realizedUsd).toBe('175');
  });

  test('an execution larger than the position flips it through zero', () => {
    const { lots, realizedUsd } = bookExecutions([buy('10', '50'), sell('25', '60', { commissionUsd: '2.5' })]);
    expect(lots).toEqual([{ execId: expect.any(String), quantity: '-15', costUsd: '-900', commissionUsd: '1.5' }]);
    expect(realizedUsd).toBe('99');
  });

  test('a flip back opens a long lot', () => {
    expect(shown(bookExecutions([sell('10', '50'), buy('12', '40')]).lots)).toEqual(['2 @ 80']);
  });

  test('a position that is closed leaves nothing', () => {
    expect(bookExecutions([buy('3', '10.01'), sell('3', '10.02')])).toMatchObject({ lots: [], realizedUsd: '0.03' });
  });

  test('a part of a share may be sold in parts', () => {
    expect(shown(bookExecutions([buy('0.5', '40'), sell('0.2', '50')]).lots)).toEqual(['0.3 @ 12']);
    expect(shown(bookExecutions([sell('0.5', '40'), buy('0.2', '50')]).lots)).toEqual(['-0.3 @ -12']);
  });

  test('options count their multiplier, and one may expire worthless', () => {
    const option = { multiplier: '100', commissionUsd: '0.65' };
    const { realizedUsd } = bookExecutions([sell('2', '1.25', option), buy('2', '0', { multiplier: '100' })]);
    expect(realizedUsd).toBe('249.35');
  });
});

describe('commissions', () => {
  test('leave with the units they were paid for', () => {
    const { closed, lots } = bookExecutions([
      buy('10', '50', { commissionUsd: '1' }),
      sell('4', '50', { commissionUsd: '2' }),
    ]);
    expect(closed[0]).toMatchObject({ commissionUsd: '2.4', realizedUsd: '-2.4' });
    expect(lots[0]).toMatchObject({ commissionUsd: '0.6' });
  });

  test('are not lost to rounding: the last part takes the rest', () => {
    const { closed } = bookExecutions([
      buy('3', '10', { commissionUsd: '1' }),
      ...[1, 2, 3].map(() => sell('1', '10', { commissionUsd: '0' })),
    ]);
    expect(closed.map((part) => part.commissionUsd)).toEqual(['0.333333', '0.333334', '0.333333']);
  });

  test('of a close over several lots are shared by units', () => {
    const { closed } = bookExecutions([buy('1', '10'), buy('2', '10'), sell('3', '10', { commissionUsd: '1' })]);
    expect(closed.map((part) => part.commissionUsd)).toEqual(['0.333333', '0.666667']);
  });

  test('told later go to what is left of the lot, and the rest is realised', () => {
    const bought = { execId: 'in', quantity: '10', commissionUsd: '1' };
    const { lots } = bookExecutions([buy('2', '49'), buy('10', '50', { execId: 'in' }), sell('6', '60')]);
    expect(bookCommission(lots, bought)).toEqual([
      { execId: 'in', quantity: '6', costUsd: '300', commissionUsd: '0.6' },
    ]);
    const flip = bookExecutions([buy('10', '50'), sell('25', '60', { execId: 'in' })]);
    expect(bookCommission(flip.lots, { ...bought, quantity: '25' })).toMatchObject([{ commissionUsd: '0.6' }]);
  });

  test('told later never exceed themselves, also where a split has made more units of the lot', () => {
    const split: readonly TaxLot[] = [{ execId: 'in', quantity: '40', costUsd: '500', commissionUsd: '0' }];
    expect(bookCommission(split, { execId: 'in', quantity: '10', commissionUsd: '1' })).toMatchObject([
      { quantity: '40', costUsd: '500', commissionUsd: '1' },
    ]);
  });

  test('count against the unrealised result until they are realised', () => {
    const { lots } = bookExecutions([buy('10', '50', { commissionUsd: '1' })]);
    expect(unrealized(lots, '51', '1')).toBe('9');
    expect(unrealized(bookExecutions([sell('10', '50')]).lots, '51', '1')).toBe('-10');
    expect(unrealized([], '51', '1')).toBe('0');
  });
});

test.each([
  ['a quantity of zero', { quantity: '0' }],
  ['a negative quantity', { quantity: '-1' }],
  ['a quantity that is no number', { quantity: 'NaN' }],
  ['a negative price', { price: '-0.01' }],
  ['an infinite price', { price: 'Infinity' }],
  ['a multiplier of zero', { multiplier: '0' }],
])('%s is refused', (_, change) => {
  expect(() => bookExecution([], { ...buy('1', '1'), ...change })).toThrow();
});

const amount = (max: number, scale: number) =>
  fc.integer({ min: 1, max }).map((value) => dec(value).dividedBy(scale).toFixed());
const executions = fc.array(
  fc.record({
    execId: fc.uuid(),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    quantity: fc.oneof(fc.integer({ min: 1, max: 50 }).map(String), amount(5000, 1000)),
    price: amount(10_000, 10_000),
    multiplier: fc.constant('100'),
    commissionUsd: amount(1000, 10_000),
  }),
  { minLength: 1, maxLength: 20 },
);

test('over any executions the lots are the position, on one side, and no commission is lost', () => {
  fc.assert(
    fc.property(executions, (all) => {
      const { lots, closed } = bookExecutions(all);
      const traded = sum(all.map((one) => dec(one.side === 'BUY' ? one.quantity : `-${one.quantity}`)));
      expect(positionOf(lots)).toBe(traded.toFixed());
      expect(lots.every((lot) => dec(lot.quantity).times(traded).gt(0))).toBe(true);
      const paid = sum(all.map((one) => dec(one.commissionUsd)));
      expect(sum([...lots, ...closed].map((one) => dec(one.commissionUsd))).toFixed()).toBe(paid.toFixed());
    }),
  );
});

test('over any executions realised plus unrealised is the cash that flowed plus the value, exactly', () => {
  fc.assert(
    fc.property(executions, amount(10_000, 10_000), (all, price) => {
      const { lots, realizedUsd } = bookExecutions(all);
      const cash = sum(
        all.map((one) => {
          const value = dec(one.quantity).times(one.price).times(100);
          return (one.side === 'BUY' ? value.negated() : value).minus(one.commissionUsd);
        }),
      );
      const value = dec(positionOf(lots)).times(price).times(100);
      expect(
        dec(realizedUsd)
          .plus(unrealized(lots, price, '100'))
          .toFixed(),
      ).toBe(cash.plus(value).toFixed());
    }),
  );
});

test('over any executions of whole units every lot still costs what its units were traded at', () => {
  const whole = executions.map((all) => all.map((one) => ({ ...one, quantity: dec(one.quantity).ceil().toFixed() })));
  fc.assert(
    fc.property(whole, (all) => {
      const { lots } = bookExecutions(all);
      const costs = lots.map((lot) => {
        const opened = all.find((one) => one.execId === lot.execId);
        return dec(lot.quantity)
          .times(opened?.price ?? '0')
          .times(100);
      });
      expect(costOf(lots)).toBe(sum(costs).toFixed());
    }),
  );
});

test('over any executions it does not matter whether commissions are told at once or at the end', () => {
  fc.assert(
    fc.property(executions, (all) => {
      const named = all.map((one, index) => ({ ...one, execId: String(index) }));
      const atOnce = bookExecutions(named).lots;
      const silent = bookExecutions(named.map((one) => ({ ...one, commissionUsd: '0' }))).lots;
      const atTheEnd = named.reduce(bookCommission, silent);
      expect(atTheEnd.map(({ commissionUsd: _, ...lot }) => lot)).toEqual(
        atOnce.map(({ commissionUsd: _, ...lot }) => lot),
      );
      for (const [index, lot] of atTheEnd.entries()) {
        const difference = dec(lot.commissionUsd).minus(atOnce[index]?.commissionUsd ?? 'NaN');
        // Each part that leaves a lot is rounded to a millionth.
        expect(difference.abs().lte(dec('0.000001').times(all.length))).toBe(true);
      }
    }),
  );
});
