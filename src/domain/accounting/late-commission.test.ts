import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec, sum } from '../money/decimal.ts';
import { spreadCommission } from './late-commission.ts';
import { bookExecutions, type LotExecution } from './lots.ts';

const execution = (execId: string, side: 'BUY' | 'SELL', quantity: string): LotExecution => ({
  ...{ execId, side, quantity, price: '10', multiplier: '1', commissionUsd: '0' },
});
const IN = { execId: 'in', quantity: '10', commissionUsd: '1' };

/** Lots and closed parts after these executions, as they stand when the commission of one of them is told. */
function spread(executions: readonly LotExecution[], told: typeof IN) {
  const { lots, closed } = bookExecutions(executions);
  const opened = lots.filter(({ execId }) => execId === told.execId);
  const charged = closed.filter((part) => [part.openedBy, part.closedBy].includes(told.execId));
  const after = spreadCommission(opened, charged, told);
  return {
    lots: after.lots.map((lot) => lot.commissionUsd),
    closed: after.closed.map((part) => part.commissionUsd),
  };
}

describe('a commission that is told after its execution', () => {
  test.each([
    ['is the lot’s while all of it is open', [execution('in', 'BUY', '10')], IN, ['1'], []],
    [
      'is shared with what was closed of the lot since',
      [execution('in', 'BUY', '10'), execution('out', 'SELL', '4')],
      IN,
      ['0.6'],
      ['0.4'],
    ],
    [
      'is that of the closed parts where nothing is left',
      [execution('in', 'BUY', '10'), execution('a', 'SELL', '3'), execution('b', 'SELL', '7')],
      IN,
      [],
      ['0.3', '0.7'],
    ],
    [
      'is shared by what an execution closed and what it opened beyond zero',
      [execution('short', 'SELL', '6'), execution('in', 'BUY', '10')],
      IN,
      ['0.4'],
      ['0.6'],
    ],
    ['may be a rebate', [execution('in', 'BUY', '10')], { ...IN, commissionUsd: '-0.5' }, ['-0.5'], []],
  ])('%s', (_case, executions, told, lots, closed) => {
    expect(spread(executions, told)).toEqual({ lots, closed });
  });

  test('that has no exact thirds leaves the rest to the last part', () => {
    const parts = ['a', 'b', 'c'].map((execId) => execution(execId, 'SELL', '1'));
    const { closed } = spread([execution('in', 'BUY', '3'), ...parts], { ...IN, quantity: '3' });
    expect(closed).toEqual(['0.333333', '0.333334', '0.333333']);
  });

  test('is all the lot’s after a reverse split, which leaves fewer units than were bought', () => {
    const lot = { execId: 'in', quantity: '1', costUsd: '100', commissionUsd: '0' };
    expect(spreadCommission([lot], [], IN).lots).toEqual([{ ...lot, commissionUsd: '1' }]);
  });

  test('is given out to the last digit, whatever was traded', () => {
    const traded = fc.array(
      fc.record({ side: fc.constantFrom('BUY' as const, 'SELL' as const), units: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(traded, fc.nat({ max: 11 }), fc.integer({ min: -500, max: 500 }), (all, index, cents) => {
        const executions = all.map(({ side, units }, n) => execution(String(n), side, String(units)));
        const told = executions[index % executions.length] as LotExecution;
        const commissionUsd = dec(cents).dividedBy(100).toFixed();
        const after = spread(executions, { ...told, commissionUsd });
        expect(sum([...after.lots, ...after.closed].map(dec)).toFixed()).toBe(commissionUsd);
      }),
    );
  });
});
