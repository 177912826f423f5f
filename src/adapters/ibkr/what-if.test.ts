import { describe, expect, test } from '@jest/globals';
import { OrderStatus } from '@stoqey/ib';
import { addCosts, costOf } from './what-if.ts';

const status = OrderStatus.PreSubmitted;

describe('what orders would cost', () => {
  test('is the change of the margins, or their difference where the gateway does not tell it', () => {
    const told = costOf('t/1', { status, initMarginChange: 0.1 + 0.2, maintMarginChange: 2, commission: 1.05 });
    expect(told.initial.toFixed()).toBe('0.30000000000000004');
    const before = { initMarginBefore: 100, maintMarginBefore: 80, initMarginAfter: 150.5, maintMarginAfter: 120 };
    const thin = { equityWithLoanBefore: 1000.5, maxCommission: 2, warningText: 'thin' };
    const computed = costOf('t/1', { status, ...before, ...thin });
    expect([computed.initial.toFixed(), computed.maintenance.toFixed()]).toEqual(['50.5', '40']);
    expect(addCosts([told, computed])).toMatchObject({
      ...{ commissionUsd: '3.05', availableUsd: '900.5', warning: 'thin' },
    });
  });

  test('is not known where the gateway tells no margins, or no commission of one order', () => {
    expect(() => costOf('t/1', { status })).toThrow('margin of t/1');
    const free = costOf('t/1', { status, initMarginChange: 1, maintMarginChange: 1 });
    expect(addCosts([free])).toEqual({
      ...{ initialMarginUsd: '1', maintenanceMarginUsd: '1' },
      ...{ commissionUsd: null, availableUsd: null, warning: null },
    });
  });
});
