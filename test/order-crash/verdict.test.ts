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
  return { ...order, filled: '10', submissions: 1, legs: [{ key: 'KO', ratio: 1 }], ...change };
}

type SimulatedExecution = SimulatorLedger['executions'][number];

function executed(execId: string, contract: Partial<SimulatedExecution['contract']>, quantity: string) {
  return { execId, orderRef: REF, contract, quantity } as SimulatedExecution;
}

function position(held: Partial<SimulatorLedger['positions'][number]>) {
  return { account: ACCOUNT, ...held } as SimulatorLedger['positions'][number];
}

/** One order for ten shares at fifty dollars, about which all four books agree. */
function books(change: Partial<Books> = {}, simulator: Partial<SimulatorLedger> = {}): Books {
  const ledger: Partial<SimulatorLedger> = {
    orders: [atBroker()],
    executions: [executed('x', { symbol: 'KO', secType: 'STK' }, '10')],
    positions: [position({ symbol: 'KO', secType: 'STK', quantity: '10' })],
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
    executions: [{ execId: 'x', ref: REF, key: 'KO', quantity: '10' }],
    positions: [{ account: ACCOUNT, key: 'KO', quantity: '10' }],
    cash: [{ account: ACCOUNT, change: '-500' }],
    unbalanced: [],
    histories: [{ ticketId: 't', status: 'COMPLETED', orders: [{ ...news, filledQuantity: '10' }], waitsFor: '' }],
    ...change,
  };
}

const EXECUTION = { execId: 'x', ref: REF, key: 'KO', quantity: '10' };
const CALL = { ...EXECUTION, key: 'KO 2021-02-19 C 50' };
const PUT = { ...EXECUTION, execId: 'y', key: 'KO 2021-02-19 P 47.5', quantity: '20' };

/** Ten combinations of a bought call and two sold puts, of which the books have these executions. */
function spread(executions: Books['executions']): Books {
  const call = { symbol: 'KO', secType: 'OPT', localSymbol: 'KO    210219C00050000' } as const;
  const put = { symbol: 'KO', secType: 'OPT', localSymbol: 'KO    210219P00047500' } as const;
  const legs = [
    { key: CALL.key, ratio: 1 },
    { key: PUT.key, ratio: 2 },
  ];
  const positions = [
    { account: ACCOUNT, key: CALL.key, quantity: '10' },
    { account: ACCOUNT, key: PUT.key, quantity: '-20' },
  ];
  return books(
    { orders: [booked({ legs })], executions, positions },
    {
      executions: [
        executed('s', { symbol: 'KO', secType: 'BAG' }, '10'),
        executed('x', call, '10'),
        executed('y', put, '20'),
      ],
      positions: [position({ ...call, quantity: '10' }), position({ ...put, quantity: '-20' })],
    },
  );
}

/** The first words of the promises that are broken. */
const brokenBy = (lie: Books) =>
  judge(lie, []).flatMap(({ name, broken }) => (broken.length > 0 ? [name.split(' ')[0]] : []));

test('books that agree keep every promise, also about a combination', () => {
  expect(brokenBy(books())).toEqual([]);
  expect(brokenBy(spread([CALL, PUT]))).toEqual([]);
});

test.each<[string, Books, string]>([
  ['a second order of the intent', books({}, { orders: [atBroker(), atBroker({ permId: 2 })] }), 'duplicates'],
  ['one that is still held', books({}, { orders: [atBroker(), heldOrder()] }), 'duplicates'],
  ['a fill that we do not know', books({ orders: [booked({ filled: '4' })] }), 'lost'],
  ['an order that was never ours', books({}, { orders: [atBroker(), atBroker({ orderRef: 'u/1' })] }), 'lost'],
  ['a fill that the broker does not know', books({}, { orders: [atBroker({ filled: '4' })] }), 'phantom'],
  ['an order without an end', books({ orders: [booked({ state: 'ACCEPTED' })] }), 'intents'],
  ['an execution that is not booked', books({ executions: [] }), 'executions'],
  ['an execution of another quantity', books({ executions: [{ ...EXECUTION, quantity: '9' }] }), 'executions'],
  ['an execution of something else', books({ executions: [{ ...EXECUTION, key: 'PEP' }] }), 'executions'],
  ['a leg of a combination that is not booked', spread([CALL]), 'executions'],
  ['a leg that is short of its ratio', spread([CALL, { ...PUT, quantity: '19' }]), 'executions'],
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
