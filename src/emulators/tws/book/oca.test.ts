import { expect, test } from '@jest/globals';
import { dec } from '../../../domain/money/decimal.ts';
import { ocaEffects } from './oca.ts';
import type { SimOrder } from './sim-order.ts';

const order = (permId: number, more: Partial<SimOrder> = {}): SimOrder =>
  ({ permId, quantity: '100', filled: '0', ocaType: '3', ...more }) as SimOrder;

test('type 1 cancels the others at any fill, 2 and 3 only when nothing is left', () => {
  const effects = (ocaType: '1' | '2' | '3', traded: string) =>
    ocaEffects(order(1, { ocaType }), dec(traded), [order(2)]).map((one) => one.quantity);
  expect([effects('1', '1'), effects('2', '25'), effects('3', '25'), effects('3', '100')]).toEqual([
    [null],
    ['75'],
    ['75'],
    [null],
  ]);
});

test('the others go down in proportion, counted from what is left of each', () => {
  const before = order(1, { quantity: '50', filled: '10' });
  const [effect] = ocaEffects(before, dec(10), [order(2, { quantity: '9', filled: '2' })]);
  // Three quarters are left of the filled order's rest; of seven that is five and a quarter, so six stay.
  expect(effect?.quantity).toBe('8');
});
