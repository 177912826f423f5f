import { expect, test } from '@jest/globals';
import { nextOrderState, OrderEvent, OrderState } from './order-state.ts';

test('an order moves only by the table, and never out of an end state', () => {
  const moves = Object.values(OrderState).flatMap((state) =>
    Object.values(OrderEvent).flatMap((event) => {
      const next = nextOrderState(state, event);
      return next === null ? [] : [`${state} ${event} ${next}`];
    }),
  );
  expect(moves).toEqual([
    'PENDING deny DENIED',
    'PENDING submit SUBMITTED',
    'PENDING fill FILLED',
    'PENDING cancel CANCELLED',
    'PENDING reject REJECTED',
    'SUBMITTED fill FILLED',
    'SUBMITTED cancel CANCELLED',
    'SUBMITTED reject REJECTED',
  ]);
});
