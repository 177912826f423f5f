import { expect, test } from '@jest/globals';
import { describeRestriction, isAllowedIn, strictestMode, TradingMode } from './trading-mode.ts';

const { normal, reduceOnly, paused } = TradingMode;

test('of modes that hold at once the strictest counts', () => {
  expect(strictestMode([])).toBe(normal);
  expect(strictestMode([normal, reduceOnly])).toBe(reduceOnly);
  expect(strictestMode([paused, reduceOnly, normal])).toBe(paused);
});

test.each([
  [normal, 'BUY', '10', '0', true],
  [paused, 'BUY', '10', '0', false],
  [paused, 'SELL', '10', '10', false],
  [reduceOnly, 'SELL', '10', '10', true],
  [reduceOnly, 'SELL', '10.5', '10', false],
  [reduceOnly, 'SELL', '1', '0', false],
  [reduceOnly, 'SELL', '1', '-5', false],
  [reduceOnly, 'BUY', '5', '-5', true],
  [reduceOnly, 'BUY', '6', '-5', false],
  [reduceOnly, 'BUY', '1', '5', false],
] as const)('%s: %s %s while %s is held is allowed: %s', (mode, side, quantity, held, allowed) => {
  expect(isAllowedIn(mode, { side, quantity }, held)).toBe(allowed);
});

test('a restriction says what, for whom, why, by whom and since when', () => {
  const drill = { reason: 'fire drill', by: 'ada', at: new Date('2026-11-21T12:00:00.123Z') };
  expect(describeRestriction({ ...drill, mode: paused }, 'all accounts')).toBe(
    'trading is paused for all accounts: fire drill (ada, 2026-11-21T12:00:00Z)',
  );
  expect(describeRestriction({ ...drill, mode: reduceOnly }, 'this account')).toMatch(
    /^trading is reduce-only for this/,
  );
});
