import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isTerminal, isWorking, nextOrderState, OrderEvent, OrderState } from './order-state.ts';

/** The whole table: rows are states, columns events, `-` is an error. */
const TABLE = `
                   deny    submit            accept            partial_fill      fill    cancel     reject     expire     deactivate lose
  PENDING          DENIED  SUBMITTED         ACCEPTED          PARTIALLY_FILLED  FILLED  CANCELLED  REJECTED   EXPIRED    INACTIVE   UNKNOWN
  DENIED           DENIED  -                 -                 -                 -       -          -          -          -          -
  SUBMITTED        -       SUBMITTED         ACCEPTED          PARTIALLY_FILLED  FILLED  CANCELLED  REJECTED   EXPIRED    INACTIVE   UNKNOWN
  ACCEPTED         -       ACCEPTED          ACCEPTED          PARTIALLY_FILLED  FILLED  CANCELLED  REJECTED   EXPIRED    INACTIVE   UNKNOWN
  PARTIALLY_FILLED -       PARTIALLY_FILLED  PARTIALLY_FILLED  PARTIALLY_FILLED  FILLED  CANCELLED  CANCELLED  EXPIRED    INACTIVE   UNKNOWN
  FILLED           -       FILLED            FILLED            FILLED            FILLED  FILLED     -          FILLED     FILLED     -
  CANCELLED        -       CANCELLED         CANCELLED         CANCELLED         FILLED  CANCELLED  CANCELLED  CANCELLED  CANCELLED  -
  REJECTED         -       REJECTED          REJECTED          -                 -       REJECTED   REJECTED   -          REJECTED   -
  EXPIRED          -       EXPIRED           EXPIRED           EXPIRED           FILLED  EXPIRED    -          EXPIRED    EXPIRED    -
  INACTIVE         -       INACTIVE          ACCEPTED          PARTIALLY_FILLED  FILLED  CANCELLED  REJECTED   EXPIRED    INACTIVE   UNKNOWN
  UNKNOWN          -       UNKNOWN           ACCEPTED          PARTIALLY_FILLED  FILLED  CANCELLED  REJECTED   EXPIRED    INACTIVE   UNKNOWN
`;

const states = Object.values(OrderState);
const events = Object.values(OrderEvent);

test('an order moves only by the table', () => {
  const rows = states.map((state) => [state, ...events.map((event) => nextOrderState(state, event) ?? '-')].join(' '));
  const expected = TABLE.trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).join(' '));
  expect([events.join(' '), ...rows]).toEqual(expected);
});

test('every order is with us, working, held back, unknown or over, and only one of them', () => {
  expect(states.filter(isWorking)).toEqual(['SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED']);
  expect(states.filter(isTerminal)).toEqual(['DENIED', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED']);
});

test('an event that is repeated changes nothing', () => {
  for (const state of states) {
    for (const event of events) {
      const next = nextOrderState(state, event);
      if (next !== null) expect([state, event, nextOrderState(next, event)]).toEqual([state, event, next]);
    }
  }
});

test('an order that is over never works again, whatever comes', () => {
  for (const state of states.filter(isTerminal)) {
    const next = events.map((event) => nextOrderState(state, event) ?? state);
    expect(next.every(isTerminal)).toBe(true);
  }
});

const apply = (state: OrderState, event: OrderEvent) => nextOrderState(state, event) ?? state;

test('the reports of a complete fill end in FILLED in whatever order and however often they come', () => {
  const { submit, accept, partialFill, fill, cancel, expire, deactivate } = OrderEvent;
  const noise = fc.array(fc.constantFrom(submit, accept, partialFill, cancel, expire, deactivate, fill));
  fc.assert(
    fc.property(noise, noise, (before, after) => {
      expect([...before, fill, ...after].reduce(apply, OrderState.pending as OrderState)).toBe('FILLED');
    }),
  );
});

test('a rejected order ends in an end state in whatever order its three words come', () => {
  const { accept, reject, cancel, deactivate } = OrderEvent;
  fc.assert(
    fc.property(fc.shuffledSubarray([accept, reject, cancel, deactivate], { minLength: 4 }), (reports) => {
      const first = reports.find((report) => report === reject || report === cancel);
      const ended = reports.reduce(apply, OrderState.submitted as OrderState);
      expect(ended).toBe(first === reject ? 'REJECTED' : 'CANCELLED');
    }),
  );
});
