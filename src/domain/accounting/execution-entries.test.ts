import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../money/decimal.ts';
import { applyEntries, assertBalanced, type Balances } from '../portfolio/ledger.ts';
import {
  commissionEntries,
  executionEntries,
  ledgerEntries,
  revaluationEntries,
  revaluationOf,
} from './execution-entries.ts';
import { bookExecution, costOf, type LotExecution, type TaxLot } from './lots.ts';

const BUY: LotExecution = {
  ...{ execId: 'a', side: 'BUY', quantity: '10', price: '50', multiplier: '1', commissionUsd: '1' },
};
const SELL: LotExecution = { ...BUY, execId: 'b', side: 'SELL', quantity: '25', price: '60', commissionUsd: '2.5' };

function entriesOf(executions: readonly LotExecution[]) {
  let lots: readonly TaxLot[] = [];
  return executions.map((execution) => {
    const after = bookExecution(lots, execution);
    const entries = executionEntries('KO', execution, lots, after);
    lots = after.lots;
    return { entries, lots };
  });
}

test('a buy moves cash into the position at cost, and its commission is an expense', () => {
  expect(entriesOf([BUY])[0]?.entries).toEqual([
    { ledgerAccount: 'cash', amountUsd: '-501' },
    { ledgerAccount: 'commission', amountUsd: '1' },
    { ledgerAccount: 'position:KO', amountUsd: '500' },
  ]);
});

test('a sale through zero realises the long part and carries the short one at what it brought', () => {
  expect(entriesOf([BUY, SELL])[1]?.entries).toEqual([
    { ledgerAccount: 'cash', amountUsd: '1497.5' },
    { ledgerAccount: 'commission', amountUsd: '2.5' },
    { ledgerAccount: 'position:KO', amountUsd: '-1400' },
    { ledgerAccount: 'realized-pnl', amountUsd: '-100' },
  ]);
});

test.each([
  ['a long option that rose', { quantity: '2', costUsd: '250', price: '1.5', multiplier: '100' }, '0', '50'],
  ['a short position that rose', { quantity: '-10', costUsd: '-600', price: '65', multiplier: '1' }, '0', '-50'],
  [
    'a short position that was marked before',
    { quantity: '-10', costUsd: '-600', price: '65', multiplier: '1' },
    '-80',
    '30',
  ],
  ['a position that is closed', { quantity: '0', costUsd: '0', price: '65', multiplier: '1' }, '-80', '80'],
])('the revaluation of %s moves to market value minus cost', (_what, position, before, change) => {
  expect(revaluationEntries('KO', position, before)).toEqual([
    { ledgerAccount: 'revaluation:KO', amountUsd: change },
    { ledgerAccount: 'unrealized-pnl', amountUsd: dec(change).negated().toFixed() },
  ]);
  expect(revaluationEntries('KO', position, revaluationOf(position))).toEqual([]);
});

test('a commission that is told later is paid from cash, and a rebate is received', () => {
  expect(commissionEntries('1.25')).toEqual([
    { ledgerAccount: 'cash', amountUsd: '-1.25' },
    { ledgerAccount: 'commission', amountUsd: '1.25' },
  ]);
  expect(commissionEntries('-0.2')[0]).toEqual({ ledgerAccount: 'cash', amountUsd: '0.2' });
  expect(commissionEntries('0')).toEqual([]);
});

test('entries that do not balance never leave', () => {
  expect(() => ledgerEntries([['cash', dec('1')]])).toThrow(/balance/);
});

test('over any executions the ledger balances and carries the position at the cost of its lots', () => {
  const execution = fc.record({
    execId: fc.uuid(),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    quantity: fc.integer({ min: 1, max: 5000 }).map((value) => dec(value).dividedBy(7).toDecimalPlaces(4).toFixed()),
    price: fc.integer({ min: 0, max: 10_000 }).map((value) => dec(value).dividedBy(100).toFixed()),
    multiplier: fc.constant('100'),
    commissionUsd: fc.integer({ min: 0, max: 500 }).map((value) => dec(value).dividedBy(100).toFixed()),
  });
  fc.assert(
    fc.property(fc.array(execution, { minLength: 1, maxLength: 15 }), (executions) => {
      let balances: Balances = new Map();
      for (const { entries, lots } of entriesOf(executions)) {
        assertBalanced(entries);
        balances = applyEntries(balances, entries);
        expect(balances.get('position:KO') ?? '0').toBe(costOf(lots));
      }
    }),
  );
});
