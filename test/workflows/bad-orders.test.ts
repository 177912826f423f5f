import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { workflowIds } from '../../src/contracts/workflow-ids.ts';
import type { ExecutionReport } from '../../src/ports/broker-session.ts';
import { withIbkrHarness } from '../factories/ibkr-suite.ts';
import type { IbkrHarness } from '../factories/order-harness.ts';
import { waitFor } from '../factories/wait-for.ts';
import { booksOf } from '../integration/db/order-fixtures.ts';

/** Whatever is wrong with a ticket or a report: a clear error with its code, and books as they were. */
let harness: IbkrHarness;
let accounts: Readonly<Record<Broker, string>>;
withIbkrHarness((started) => {
  harness = started;
});
beforeAll(async () => {
  accounts = { paper: (await harness.openAccount()).accountId, ibkr: harness.accountId };
});

type Broker = 'paper' | 'ibkr';
const BROKERS: readonly Broker[] = ['paper', 'ibkr'];
type Json = Readonly<Record<string, unknown>>;

const KO = { kind: 'stock', symbol: 'KO' };
const ORDER = { tradable: KO, side: 'BUY', quantity: '10', type: 'MARKET', timeInForce: 'DAY' };
const LIMIT = { ...ORDER, type: 'LIMIT' };
const CALL = { kind: 'option', symbol: 'KO', expiration: '2021-06-18', strike: '50', right: 'CALL', multiplier: '100' };
const LEG = { instrument: CALL, side: 'BUY', ratio: 1 };
const OTHER_LEG = { instrument: { ...CALL, strike: '55' }, side: 'SELL', ratio: 1 };

const single = (change: Json): Json => ({ kind: 'single', order: { ...ORDER, ...change } });
const combo = (legs: readonly Json[]): Json => ({
  ...{ kind: 'combo', execution: 'native' },
  order: { ...LIMIT, tradable: { kind: 'combo', symbol: 'KO', legs }, limitPrice: '1.00' },
});

const books = (accountId: string) => booksOf(harness.services.db, accountId);

/** As a plain client starts it, `temporal workflow start --type executeTicket --input '…'`. */
async function start(accountId: string, ticket: Json) {
  const ticketId = randomUUID();
  return harness.client.workflow.start('executeTicket', {
    workflowId: workflowIds.executeTicket(ticketId),
    taskQueue: WORKFLOW_TASK_QUEUE,
    args: [JSON.parse(JSON.stringify({ ticketId, accountId, ticket }))],
  });
}

const BAD_TICKETS: readonly (readonly [what: string, ticket: Json, code: string, message: string])[] = [
  [
    'a negative quantity',
    single({ quantity: '-5' }),
    'ORDER_INVALID',
    'ticket.order.quantity: must be above 0, not -5',
  ],
  ['no quantity', single({ quantity: '0' }), 'ORDER_INVALID', 'ticket.order.quantity: must be above 0, not 0'],
  ['a fractional quantity', single({ quantity: '1.5' }), 'ORDER_INVALID', 'ticket.order.quantity: must be whole'],
  ['NaN as quantity', single({ quantity: 'NaN' }), 'INPUT_INVALID', 'ticket.order.quantity: an amount is a decimal'],
  ['a NaN that JSON made null', single({ quantity: Number.NaN }), 'INPUT_INVALID', 'ticket.order.quantity: '],
  ['NaN as price', single({ type: 'LIMIT', limitPrice: 'NaN' }), 'INPUT_INVALID', 'ticket.order.limitPrice: an amount'],
  [
    'a price off the tick',
    single({ type: 'LIMIT', limitPrice: '50.001' }),
    'ORDER_INVALID',
    'ticket.order.limitPrice: 50.001 is off the price increment of 0.01',
  ],
  [
    'what is no symbol',
    single({ tradable: { kind: 'stock', symbol: 'KO!' } }),
    'INPUT_INVALID',
    'ticket.order.tradable.symbol: a symbol is 1 to 10 capital letters',
  ],
  [
    'an expired option',
    single({ tradable: { ...CALL, expiration: '2019-01-18' } }),
    'ORDER_INVALID',
    'ticket.order.tradable.expiration: expired on 2019-01-18',
  ],
  [
    'a leg ratio of 0',
    combo([{ ...LEG, ratio: 0 }, OTHER_LEG]),
    'ORDER_INVALID',
    'legs[0].ratio: must be a whole number of at least 1, not 0',
  ],
  [
    'an expired leg',
    combo([LEG, { ...OTHER_LEG, instrument: { ...CALL, expiration: '2019-01-18' } }]),
    'ORDER_INVALID',
    'legs[1].instrument.expiration: expired on 2019-01-18',
  ],
  [
    '10,000 legs',
    combo(Array(10_000).fill({ instrument: KO, side: 'BUY', ratio: 1 })),
    'INPUT_INVALID',
    'ticket.order.tradable.legs: ',
  ],
];

describe.each(BROKERS)('at the broker %s, a ticket with', (broker) => {
  test.each(BAD_TICKETS)('%s fails at once, and nothing was written', async (_what, ticket, code, message) => {
    const before = await books(accounts[broker]);
    await expect((await start(accounts[broker], ticket)).result()).rejects.toMatchObject({
      cause: { type: code, nonRetryable: true, message: expect.stringContaining(message) },
    });
    expect(await books(accounts[broker])).toEqual(before);
  });

  test('an unknown symbol is denied for want of a quote, and nothing reached the broker', async () => {
    const { orders: known, ...before } = await books(accounts[broker]);
    const ticket = await start(accounts[broker], single({ tradable: { kind: 'stock', symbol: 'ZZZZ' } }));
    const settled = (await ticket.result()) as { orders: readonly Json[] };
    expect(settled.orders).toMatchObject([{ state: 'DENIED', stateReason: expect.stringContaining('no quote') }]);
    const { orders, ...after } = await books(accounts[broker]);
    expect(after).toEqual(before);
    expect(orders).toHaveLength(known.length + 1);
    if (broker === 'ibkr') expect(await symbolsAtBroker()).not.toContain('ZZZZ');
  });
});

async function symbolsAtBroker(): Promise<readonly string[]> {
  return (await harness.tws.ledger()).orders.map(({ contract }) => contract.symbol);
}

describe('a ticket for', () => {
  test('an account that nobody knows fails readably', async () => {
    const nobody = randomUUID();
    await expect((await start(nobody, single({}))).result()).rejects.toMatchObject({
      cause: { type: 'INPUT_INVALID', message: `accountId: no trading account has the id ${nobody}` },
    });
  });

  test('an account of a research strategy fails readably: its runs alone trade it', async () => {
    const { portfolio, strategies } = harness.services;
    const strategy = (await strategies.list())[0];
    if (!strategy) throw new Error('the library has strategies');
    const { accountId } = await portfolio.openAccount(
      {
        ...{ strategyId: strategy.id, provider: 'openai', priceSource: 'replay' },
        ...{ initialBalanceUsd: '100000', openedOn: harness.config.replayStart },
      },
      new Date(),
    );
    const before = await books(accountId);
    await expect((await start(accountId, single({}))).result()).rejects.toMatchObject({
      cause: {
        type: 'TICKET_CONFLICT',
        message: expect.stringContaining('traded by the runs of its research strategy'),
      },
    });
    expect(await books(accountId)).toEqual(before);
  });

  test('a number that the gateway does not manage is denied with that number', async () => {
    const aWhileAgo = new Date(Date.now() - 120_000);
    const { accountId } = await harness.services.accounts.open(
      {
        ...{ name: `foreign-${randomUUID().slice(0, 8)}`, broker: 'ibkr', brokerAccount: 'DU9999999' },
        ...{ initialBalanceUsd: '0', priceSource: 'replay', openedOn: harness.config.replayStart },
      },
      aWhileAgo,
    );
    const settled = (await (await start(accountId, single({}))).result()) as { orders: readonly Json[] };
    expect(settled.orders).toMatchObject([
      { state: 'DENIED', stateReason: expect.stringContaining('does the gateway manage DU9999999?') },
    ]);
    const { orders, ...rest } = await books(accountId);
    expect(orders).toHaveLength(1);
    expect(rest).toEqual({ executions: [], lots: [], positions: [], entries: [] });
  });
});

/** An execution as a broker at fault tells it. */
interface Told {
  readonly orderRef: string;
  readonly execId: string;
  readonly symbol: string;
  readonly action: 'BUY' | 'SELL';
  readonly quantity: number;
  readonly price: string;
}

/** The simulator tells it over the wire; the paper broker does not err, so its account's journal hears it directly. */
async function tell(broker: Broker, told: Told): Promise<void> {
  if (broker === 'ibkr') return void (await harness.tws.control('stray-executions', told));
  const { execId, orderRef, symbol, action: side, quantity, price } = told;
  const report: ExecutionReport = {
    ...{ kind: 'execution', key: execId, execId, correctsExecId: null, orderRef, brokerOrderId: null, side, price },
    ...{ at: new Date(), instrument: { kind: 'stock', symbol }, quantity: String(quantity) },
  };
  await harness.services.journal.record(accounts.paper, [report], new Date());
}

const kept = (broker: Broker) => harness.services.journal.listKept(accounts[broker], 1000);

/** The kept report of this execution, as soon as it is there. */
function keptOf(broker: Broker, execId: string) {
  return waitFor(`execution ${execId} is kept`, async () =>
    (await kept(broker)).find(({ data }) => data.execId === execId),
  );
}

let nextCent = 10;
/** A buy that stands below the market, each at another price, so that none is taken for the same intent again. */
async function standingOrder(broker: Broker) {
  const ticketId = randomUUID();
  const order = { ...LIMIT, limitPrice: `45.${nextCent++}` };
  const ticket = JSON.parse(JSON.stringify({ kind: 'single', order }));
  const handle = await harness.folios.startTicket({ ticketId, accountId: accounts[broker], ticket });
  await waitFor('the order stands', async () => {
    const { orders } = await harness.folios.ticketView(ticketId);
    return orders[0]?.state === 'ACCEPTED';
  });
  return { ticketId, orderRef: `${ticketId}/1`, handle };
}

const BAD_EXECUTIONS: readonly (readonly [what: string, change: Partial<Told>, outcome: string, problem: string])[] = [
  [
    'of an order that nobody knows',
    { orderRef: 'nobody/1' },
    'unmatched',
    'no order of the account has this reference',
  ],
  ['larger than its order', { quantity: 11 }, 'refused', 'a fill of 11 after 0 is more than the 10 ordered'],
  ['of the wrong side', { action: 'SELL' }, 'refused', 'a SELL of KO is told, and the order is to BUY'],
  ['of another instrument', { symbol: 'PEP' }, 'refused', 'the order does not trade PEP'],
];

describe.each(BROKERS)('at the broker %s, an execution', (broker) => {
  test.each(BAD_EXECUTIONS)('%s is kept, changes nothing, and its order goes on', async (_what, change, ...word) => {
    const { ticketId, orderRef, handle } = await standingOrder(broker);
    const before = await books(accounts[broker]);
    const execId = `${randomUUID()}.01`;
    await tell(broker, { orderRef, execId, symbol: 'KO', action: 'BUY', quantity: 10, price: '45', ...change });
    const [outcome, problem] = word;
    expect(await keptOf(broker, execId)).toMatchObject({ kind: 'execution', outcome, problem, acknowledged: null });
    expect(await books(accounts[broker])).toEqual(before);
    await harness.folios.cancelOrders(ticketId, { orderRefs: null, reason: 'enough', by: 'ada' });
    expect((await handle.result()).orders).toMatchObject([{ state: 'CANCELLED', filledQuantity: '0' }]);
  });

  test('that is told twice is booked once', async () => {
    if (broker === 'ibkr') await harness.tws.control('faults', { fault: 'duplicate', event: 'execDetails' });
    const ticketId = randomUUID();
    const ticket = JSON.parse(JSON.stringify(single({ quantity: '7' })));
    const handle = await harness.folios.startTicket({ ticketId, accountId: accounts[broker], ticket });
    expect((await handle.result()).orders).toMatchObject([{ state: 'FILLED', filledQuantity: '7' }]);
    const lifeOf = () => harness.services.journal.timeline(`${ticketId}/1`);
    const executions = async () => (await lifeOf()).filter(({ kind }) => kind === 'execution');
    await waitFor('the commission is booked', async () => (await lifeOf()).some(({ kind }) => kind === 'commission'));
    const before = await books(accounts[broker]);
    const [booked] = await executions();
    const { execId, orderRef, price } = (booked?.data ?? {}) as unknown as ExecutionReport;
    const again = { orderRef, execId, symbol: 'KO', action: 'BUY', quantity: 7, price } as const;
    await tell(broker, again);
    // Reports are journaled in their order: once this one is there, the one before was.
    const after = `${randomUUID()}.01`;
    await tell(broker, { ...again, orderRef: 'nobody/1', execId: after });
    await keptOf(broker, after);
    expect(await executions()).toHaveLength(1);
    expect((await kept(broker)).filter(({ data }) => data.execId === execId)).toEqual([]);
    expect(await books(accounts[broker])).toEqual(before);
  });
});

test('an execution that TWS tells again with other facts is kept, and the first word stays in the books', async () => {
  const ticketId = randomUUID();
  const ticket = JSON.parse(JSON.stringify(single({ quantity: '6' })));
  const handle = await harness.folios.startTicket({ ticketId, accountId: accounts.ibkr, ticket });
  await handle.result();
  const life = () => harness.services.journal.timeline(`${ticketId}/1`);
  await waitFor('the commission is booked', async () => (await life()).some(({ kind }) => kind === 'commission'));
  const booked = (await life()).find(({ kind }) => kind === 'execution')?.data as unknown as ExecutionReport;
  const before = await books(accounts.ibkr);
  const { execId, orderRef, price } = booked;
  await tell('ibkr', { orderRef, execId, symbol: 'KO', action: 'BUY', quantity: 5, price });
  expect(await keptOf('ibkr', execId)).toMatchObject({
    ...{ outcome: 'refused', orderRef, problem: `execution ${execId} was booked before, and with other facts` },
  });
  expect(await books(accounts.ibkr)).toEqual(before);
});

test('a status of an order that nobody knows is kept', async () => {
  const { journal } = harness.services;
  const before = await books(accounts.paper);
  const status = {
    ...({ kind: 'status', event: 'fill', brokerStatus: 'Filled', reason: null } as const),
    ...{ key: randomUUID(), orderRef: 'nobody/1', brokerOrderId: '4711', at: new Date() },
    ...{ filledQuantity: '10', remainingQuantity: '0' },
  };
  expect(await journal.record(accounts.paper, [status], new Date())).toMatchObject([{ outcome: 'unmatched' }]);
  expect((await kept('paper'))[0]).toMatchObject({ kind: 'status', data: { key: status.key } });
  expect(await books(accounts.paper)).toEqual(before);
});
