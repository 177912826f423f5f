import { expect, test } from '@jest/globals';
import type { SimulatorLedger } from '../../src/emulators/tws/control/ledger.ts';
import type { BookedOrder, Books } from './books.ts';
import { judge, unprotectedEntries } from './verdict.ts';

type SimulatedOrder = SimulatorLedger['orders'][number];

const REF = 't/1';
const ACCOUNT = 'DU1';

function atBroker(change: Partial<SimulatedOrder> = {}): SimulatedOrder {
  const order: Partial<SimulatedOrder> = {
    ...{ orderRef: REF, permId: 1, account: ACCOUNT, quantity: '10', filled: '10', status: 'Filled', isHeld: false },
    ...{
      endedAt: '2020-12-31T15:00:00Z',
      history: [{ at: '', status: 'Filled', filled: '10', remaining: '0', reason: null }],
    },
    ...change,
  };
  return order as SimulatedOrder;
}

function booked(change: Partial<BookedOrder> = {}): BookedOrder {
  const order = { ref: REF, ticketId: 't', brokerAccount: ACCOUNT, role: 'single', state: 'FILLED' } as const;
  return { ...order, filled: '10', submissions: 1, ...change };
}

/** One order for ten shares at fifty dollars, about which all four books agree. */
function books(change: Partial<Books> = {}, simulator: Partial<SimulatorLedger> = {}): Books {
  const ledger: Partial<SimulatorLedger> = {
    orders: [atBroker()],
    executions: [{ execId: 'x', orderRef: REF, quantity: '10' } as SimulatorLedger['executions'][number]],
    positions: [{ account: ACCOUNT, symbol: 'KO', quantity: '10' } as SimulatorLedger['positions'][number]],
    cash: { [ACCOUNT]: '999500' },
    ...simulator,
  };
  const event = { outcome: 'applied', problem: null, isTold: true, recordedAtMs: 0, data: {}, ref: REF } as const;
  const news = { eventId: 2, orderRef: REF, state: 'FILLED', stateReason: null, averageFillPrice: '50' } as const;
  return {
    simulator: ledger as SimulatorLedger,
    orders: [booked()],
    events: [
      { ...event, id: 1, kind: 'submission', state: 'SUBMITTED' },
      { ...event, id: 2, kind: 'execution', state: 'FILLED' },
    ],
    executions: [{ execId: 'x', ref: REF, quantity: '10' }],
    positions: [{ account: ACCOUNT, symbol: 'KO', quantity: '10' }],
    cash: [{ account: ACCOUNT, change: '-500' }],
    unbalanced: [],
    histories: [{ ticketId: 't', status: 'COMPLETED', orders: [{ ...news, filledQuantity: '10' }], waitsFor: '' }],
    ...change,
  };
}

/** The first words of the promises that are broken. */
const brokenBy = (lie: Books) =>
  judge(lie, []).flatMap(({ name, broken }) => (broken.length > 0 ? [name.split(' ')[0]] : []));

test('books that agree keep every promise', () => {
  expect(brokenBy(books())).toEqual([]);
});

test.each<[string, Books, string]>([
  ['a second order of the intent', books({}, { orders: [atBroker(), atBroker({ permId: 2 })] }), 'duplicates'],
  ['one that is still held', books({}, { orders: [atBroker(), heldOrder()] }), 'duplicates'],
  ['a fill that we do not know', books({ orders: [booked({ filled: '4' })] }), 'lost'],
  ['an order that was never ours', books({}, { orders: [atBroker(), atBroker({ orderRef: 'u/1' })] }), 'lost'],
  ['a fill that the broker does not know', books({}, { orders: [atBroker({ filled: '4' })] }), 'phantom'],
  ['an order without an end', books({ orders: [booked({ state: 'ACCEPTED' })] }), 'intents'],
  ['an execution that is not booked', books({ executions: [] }), 'executions'],
  ['an execution of another quantity', books({ executions: [{ execId: 'x', ref: REF, quantity: '9' }] }), 'executions'],
  ['a position of ours alone', books({}, { positions: [] }), 'accounts'],
  ['a cent', books({}, { cash: { [ACCOUNT]: '999500.01' } }), 'accounts'],
  ['a transaction that does not balance', books({ unbalanced: ['x'] }), 'ledger'],
  ['a journal that lacks the submission', books({ events: books().events.slice(1) }), 'orders'],
  [
    'a ticket that goes on',
    books({ histories: [{ ticketId: 't', status: 'RUNNING', orders: [], waitsFor: '' }] }),
    'tickets',
  ],
])('%s is found', (_what, lie, promise) => {
  expect(brokenBy(lie)).toContain(promise);
});

test('a refused order beside the one that filled is no duplicate', () => {
  const refused = atBroker({ permId: 2, status: 'Inactive', filled: '0' });
  expect(brokenBy(books({}, { orders: [refused, atBroker()] }))).toEqual([]);
});

test('what of a filled entry is open needs a live stop of its size', () => {
  const orders = [
    booked({ role: 'entry' }),
    booked({ ref: 't/2', role: 'take_profit' }),
    booked({ ref: 't/3', role: 'stop_loss' }),
  ];
  const unprotected = (...exits: SimulatedOrder[]) =>
    unprotectedEntries({ orders: [atBroker(), ...exits] } as unknown as SimulatorLedger, orders);
  const live = { filled: '0', status: 'PreSubmitted', endedAt: null } as const;
  expect(unprotected()).toHaveLength(1);
  expect(unprotected(atBroker({ orderRef: 't/3', ...live }))).toEqual([]);
  expect(unprotected(atBroker({ orderRef: 't/3', ...live, isHeld: true }))).toHaveLength(1);
  expect(unprotected(atBroker({ orderRef: 't/3', ...live, quantity: '6' }))).toHaveLength(1);
  const taken = atBroker({ orderRef: 't/2', filled: '4', endedAt: null });
  expect(unprotected(taken, atBroker({ orderRef: 't/3', ...live, quantity: '6' }))).toEqual([]);
});

function heldOrder(): SimulatedOrder {
  return atBroker({ permId: 2, filled: '0', status: 'PendingSubmit', isHeld: true, endedAt: null });
}
