import { describe, expect, test } from '@jest/globals';
import { FoliosError } from '../../contracts/errors.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import type { OrderNews } from '../../domain/orders/order-news.ts';
import type { SingleTicket } from '../../domain/orders/ticket.ts';
import type { TicketRecord } from '../../ports/order-journal.ts';
import { createFakeContext, emptyWorld } from '../testing/fake-context.ts';
import { fakeTickets, ticketStarter } from '../testing/fake-tickets.ts';
import { runCommand } from '../testing/run-command.ts';
import { samplePortfolio } from '../testing/sample-data.ts';
import { DEMO_ID, demoAccount } from '../testing/sample-orders.ts';
import { placeOrder } from './order-place.ts';

const ID = '0198f00d-0000-7000-8000-000000000009';
const SINGLE: SingleTicket = {
  kind: 'single',
  order: {
    tradable: { kind: 'stock', symbol: 'KO' },
    ...{ side: 'BUY', quantity: '100', type: 'LIMIT', timeInForce: 'DAY', limitPrice: '60.10' },
  },
};

/** A service with the account demo, whose tickets' orders stand as `newsOf` says. */
function service(newsOf: (order: PlannedOrder) => Partial<OrderNews> = () => ({}), tickets: TicketRecord[] = []) {
  const { started, folios } = fakeTickets(newsOf);
  const portfolios = [samplePortfolio('openai', { IBM: '153.43', KO: '43.43' })];
  const world = { ...emptyWorld(), accounts: [demoAccount()], portfolios, tickets };
  return { started, context: createFakeContext(world, folios) };
}

const place = (...words: string[]) => ['order', 'place', '--account', 'demo', ...words];

describe('order place', () => {
  test('starts the ticket under the given id and tells what became of the order', async () => {
    const { started, context } = service();
    const run = await runCommand(place('--buy', '100', 'ko', '--limit', '60.10', '--id', ID, '--yes'), context);
    expect(started).toEqual([{ ticketId: ID, accountId: DEMO_ID, ticket: SINGLE }]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^Ticket 0198f00d-0000-7000-8000-000000000009 of demo\n/);
    expect(run.stdout).toMatch(/BUY 100 KO LIMIT 60\.10 +ACCEPTED/);
  });

  test.each([
    [['--sell', '5', 'KO'], { side: 'SELL', type: 'MARKET', timeInForce: 'DAY' }],
    [['--sell', '5', 'KO', '--stop', '55', '--gtc'], { type: 'STOP', stopPrice: '55', timeInForce: 'GTC' }],
    [
      ['--buy', '5', 'KO', '--stop', '61', '--limit', '61.5'],
      { type: 'STOP_LIMIT', stopPrice: '61', limitPrice: '61.5' },
    ],
    [['--sell', '5', 'KO', '--trail', '1.5'], { type: 'TRAILING_STOP', trailAmount: '1.5' }],
    [['--sell', '5', 'KO', '--trail', '2%'], { type: 'TRAILING_STOP', trailPercent: '2' }],
  ])('%j is what it says', async (words, order) => {
    const { started, context } = service();
    await runCommand(place(...words, '--yes'), context);
    expect(started).toMatchObject([{ ticket: { kind: 'single', order } }]);
  });

  test('a bracket’s exits stand until cancelled, so that no night finds the position unprotected', async () => {
    const { started, context } = service();
    const words = place('--buy', '100', 'KO', '--take-profit', '66', '--stop-loss', '57', '--yes');
    const run = await runCommand(words, context);
    expect(started).toMatchObject([
      {
        ticket: {
          kind: 'bracket',
          entry: { timeInForce: 'DAY' },
          takeProfit: { limitPrice: '66', timeInForce: 'GTC' },
          stopLoss: { type: 'STOP', stopPrice: '57', timeInForce: 'GTC' },
        },
      },
    ]);
    expect(run.stdout.match(/ACCEPTED/g)).toHaveLength(3);
  });

  test('asks with every order in words; a no places nothing', async () => {
    const { started, context } = service();
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return 'n';
    };
    const run = await runCommand(place('--buy', '100', 'KO'), context, { isTTY: true, ask });
    expect(questions).toEqual(['Place for demo (paper broker, simulated):\n  BUY 100 KO MARKET\nGo on? [y/N] ']);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'Not placed.\n' });
    expect((await runCommand(place('--buy', '100', 'KO'), context)).stderr).toContain('CONFIRMATION_REQUIRED');
    expect(started).toEqual([]);
  });

  test.each([
    ['DU1234567', true, 'IBKR DU1234567, simulated'],
    ['DU1234567', false, 'IBKR DU1234567, paper trading'],
    ['U1234567', false, 'IBKR U1234567, REAL MONEY'],
  ])('the question says whether the money of %s is real (simulator: %s)', async (number, isIbkrSimulated, venue) => {
    const ib = demoAccount({ broker: 'ibkr', brokerAccount: number });
    const context = { ...createFakeContext({ ...emptyWorld(), accounts: [ib] }), isIbkrSimulated };
    let asked = '';
    const ask = async (question: string) => {
      asked = question;
      return 'n';
    };
    await runCommand(place('--buy', '1', 'KO'), context, { isTTY: true, ask });
    expect(asked).toContain(`Place for demo (${venue}):`);
  });

  test.each([
    [[], 'INPUT_INVALID', 'say either --buy <quantity> or --sell <quantity>'],
    [['--buy', '1', '--sell', '1', 'KO'], 'INPUT_INVALID', 'say either'],
    [['--buy', '1'], 'INPUT_INVALID', 'say the symbol'],
    [['--buy', '1', 'KO', '--trail', '1', '--limit', '2'], 'INPUT_INVALID', 'neither --limit nor --stop'],
    [['--buy', '1', 'KO', '--stop-loss', '2'], 'INPUT_INVALID', 'both --take-profit and --stop-loss'],
    [['--buy', '1', 'KO', '--ticket', 'x.json'], 'INPUT_INVALID', 'leave the other words'],
    [['--buy', '1', 'KO', '--id', 'mine'], 'INPUT_INVALID', '"mine" is not a UUID'],
    [['--buy', '-1', 'KO'], 'ORDER_INVALID', 'order.quantity: must be above 0, not -1'],
    [['--buy', '1.5', 'KO'], 'ORDER_INVALID', 'the ticket has a mistake: order.quantity: must be whole'],
    [['--buy', 'NaN', 'KO'], 'ORDER_INVALID', 'order.quantity: "NaN" is not a decimal number'],
    [['--buy', '1', 'KO', '--limit', '60.123'], 'ORDER_INVALID', 'order.limitPrice: 60.123 is off the price increment'],
    [['--buy', '1', 'KO!'], 'ORDER_INVALID', '"KO!" is not a symbol'],
  ])('%j is refused with %s and starts nothing', async (words, code, message) => {
    const { started, context } = service();
    const run = await runCommand(place(...words, '--yes'), context);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.stderr).toContain(message);
    expect(started).toEqual([]);
  });

  test('refuses a research account, whose strategy alone trades it, and an unknown one', async () => {
    const { started, context } = service();
    const orderOf = (account: string) => ['order', 'place', '--account', account, '--buy', '1', 'KO', '--yes'];
    expect((await runCommand(orderOf('dreman-contrarian/openai'), context)).stderr).toContain('is a research account');
    expect((await runCommand(orderOf('nobody'), context)).stderr).toContain('no account is called "nobody"');
    expect(started).toEqual([]);
  });

  test.each([
    ['DENIED', 'ORDER_DENIED', 'cash is 5.00 USD'],
    ['REJECTED', 'BROKER_REJECTED', 'no margin'],
    ['UNKNOWN', 'BROKER_UNAVAILABLE', 'nobody knows'],
  ] as const)('an order that is %s is shown, and is an error with %s', async (state, code, stateReason) => {
    const { context } = service(() => ({ state, stateReason }));
    const run = await runCommand(place('--buy', '1', 'KO', '--yes'), context);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(state);
    expect(run.stderr).toContain(`error ${code}: BUY 1 KO MARKET is ${state}: ${stateReason}`);
  });

  test('what the broker has not confirmed in time is left to the ticket', async () => {
    const { context } = service(() => ({ state: 'SUBMITTED' }));
    const options = { account: 'demo', spec: SINGLE, ticketId: ID, yes: true, ask: null };
    const patience = { looks: 2, intervalMs: 1 };
    const result = await placeOrder(context, options, { width: 120, now: new Date() }, patience);
    expect(result.text).toContain('The broker has not confirmed it yet');
    expect(result.failure).toBeUndefined();
  });

  test('a ticket that fails names its id and its own code', async () => {
    const { context } = service();
    const failing = ticketStarter(async () => {
      throw new FoliosError('DATABASE_UNREACHABLE', 'PostgreSQL does not answer');
    });
    const folios = { ...context.folios, startTicket: failing };
    const view = async () => ({ ticketId: ID, accountId: DEMO_ID, step: 'journaling', orders: [] });
    const run = await runCommand(place('--buy', '1', 'KO', '--id', ID, '--yes'), {
      ...context,
      folios: { ...folios, ticketView: view },
    });
    expect(run.stderr).toContain(`error DATABASE_UNREACHABLE: ticket ${ID}: PostgreSQL does not answer`);
  });
});

describe('order place --id', () => {
  const known = (spec: TicketRecord['spec']) => ({ ticketId: ID, accountId: DEMO_ID, spec }) as TicketRecord;

  test('again joins the ticket without asking again', async () => {
    const { started, context } = service(() => ({}), [known(SINGLE)]);
    const run = await runCommand(place('--buy', '100', 'KO', '--limit', '60.10', '--id', ID), context);
    expect(run.stdout).toContain('of demo, which was placed before');
    expect(started).toHaveLength(1);
  });

  test('of another ticket is refused', async () => {
    const { started, context } = service(() => ({}), [known(SINGLE)]);
    const run = await runCommand(place('--buy', '99', 'KO', '--limit', '60.10', '--id', ID, '--yes'), context);
    expect(run.stderr).toContain('error TICKET_CONFLICT: ');
    expect(started).toEqual([]);
  });
});

describe('order place --ticket', () => {
  const placed = async (text: string) => {
    const { started, context } = service();
    const run = await runCommand(place('--ticket', 't.json', '--yes'), context, { readFile: async () => text });
    return { started, ...run };
  };

  test('places whatever a ticket can say', async () => {
    const oca = { kind: 'oca', orders: [SINGLE.order, { ...SINGLE.order, limitPrice: '59.50' }] };
    expect((await placed(JSON.stringify(oca))).started).toMatchObject([{ ticket: oca }]);
  });

  test('names every mistake by its path, and starts nothing', async () => {
    const order = { ...SINGLE.order, quantity: 100, colour: 'red' };
    const { started, connected, stderr } = await placed(JSON.stringify({ kind: 'oca', orders: [SINGLE.order, order] }));
    expect({ started, connected }).toEqual({ started: [], connected: false });
    expect(stderr).toContain('error ORDER_INVALID: t.json has 2 mistakes:\n  orders[1].quantity: ');
    expect(stderr).toContain('  orders[1]: Unrecognized key: "colour"');
  });

  test.each([
    ['{', 'INPUT_INVALID', 't.json is not JSON'],
    ['null', 'ORDER_INVALID', 'the ticket: '],
    [JSON.stringify({ kind: 'single' }), 'ORDER_INVALID', 'order: is missing'],
    [
      JSON.stringify({
        kind: 'combo',
        execution: 'native',
        order: { ...SINGLE.order, tradable: { kind: 'combo', symbol: 'KO', legs: Array(10_000).fill({}) } },
      }),
      'ORDER_INVALID',
      'order.tradable.legs: ',
    ],
    [' '.repeat(500_001), 'INPUT_INVALID', 'at most 500000 are read'],
  ])('%#: a file that is no ticket is refused', async (text, code, message) => {
    const { started, stderr } = await placed(text);
    expect(stderr).toContain(`error ${code}: `);
    expect(stderr).toContain(message);
    expect(started).toEqual([]);
  });

  test('an unreadable file is named', async () => {
    const { context } = service();
    const readFile = async () => Promise.reject(new Error('ENOENT: no such file'));
    const run = await runCommand(place('--ticket', 'gone.json', '--yes'), context, { readFile });
    expect(run.stderr).toContain('error INPUT_INVALID: cannot read gone.json: ENOENT');
  });
});
