import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '../factories/wait-for.ts';
import { type IsolatedEnvironment, isolatedEnvironment } from './isolated-environment.ts';
import { foliosJson, type RunningProgram, runFolios, runProgram, startStack } from './programs.ts';

interface OrderRow {
  readonly orderId: string;
  readonly orderRef: string;
  readonly ticketId: string;
  readonly state: string;
  readonly role: string;
}

describe('orders by hand', () => {
  let machine: IsolatedEnvironment;
  let stack: RunningProgram;
  beforeAll(async () => {
    machine = await isolatedEnvironment();
    stack = await startStack(machine.env);
    await foliosJson(machine.env, 'account', 'open', 'demo', '--balance', '100000');
  }, 120_000);
  afterAll(async () => {
    await stack?.end('SIGINT');
    await machine?.remove();
  }, 60_000);

  const folios = (...args: string[]) => runFolios(machine.env, ...args);
  const json = <T>(...args: string[]) => foliosJson<T>(machine.env, ...args);
  const ordersOf = async (...filter: string[]) =>
    (await json<{ orders: OrderRow[] }>('orders', '--account', 'demo', ...filter)).orders;

  test('a market order is filled, booked and told from intent to commission', async () => {
    const placed = await json<{ ticketId: string }>(
      'order',
      'place',
      '--account',
      'demo',
      '--buy',
      '10',
      'KO',
      '--yes',
    );
    const [order] = await ordersOf('--ticket', placed.ticketId);
    expect(order).toMatchObject({ state: 'FILLED', ticketId: placed.ticketId });
    const { events } = await json<{ events: { kind: string }[] }>('order', 'show', order?.orderId ?? '');
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(['intent', 'gate', 'submission']);
    expect(kinds).toEqual(expect.arrayContaining(['execution', 'commission']));
    expect((await folios('positions', '--account', 'demo')).stdout).toMatch(/^demo +KO +10 /m);
  }, 60_000);

  test('a bad order is one readable line with its code, and books nothing', async () => {
    const cases = [
      [['--buy', 'NaN', 'KO'], /^error ORDER_INVALID: .*order.quantity: "NaN" is not a decimal number/],
      [['--buy', '-5', 'KO'], /^error ORDER_INVALID: .*order.quantity: must be above 0, not -5/],
      [['--buy', '1.5', 'KO'], /^error ORDER_INVALID: .*order.quantity: must be whole, not 1.5/],
      [['--buy', '1', 'KO', '--limit', '60.001'], /^error ORDER_INVALID: .*60.001 is off the price increment of 0.01/],
      [['--buy', '1', 'ZZZZ'], /^error ORDER_DENIED: BUY 1 ZZZZ MARKET is DENIED: .*there is no quote/],
      [['--buy', '1', 'KO', '--account', 'nobody'], /^error INPUT_INVALID: no account is called "nobody"/],
      [['--buy', '1', 'KO', '--account', 'dreman-contrarian/openai'], /^error INPUT_INVALID: .* is a research account/],
    ] as const;
    const before = await json('positions', '--account', 'demo');
    for (const [words, line] of cases) {
      const { code, stderr } = await folios('order', 'place', '--account', 'demo', ...words, '--yes');
      const lines = stderr.trim().split('\n');
      // The note of what is simulated stands before it, the hint what helps after it.
      const said = lines.slice(lines.findIndex((one) => one.startsWith('error '))).filter((one) => !/^See /.test(one));
      expect({ words, code, said }).toEqual({ words, code: 1, said: [expect.stringMatching(line)] });
    }
    expect(await json('positions', '--account', 'demo')).toEqual(before);
  }, 60_000);

  test('the same id again places nothing twice', async () => {
    const id = '0198c0de-1111-7000-8000-000000000001';
    const words = ['order', 'place', '--account', 'demo', '--buy', '1', 'PG', '--limit', '140', '--id', id, '--yes'];
    await json(...words);
    await json(...words);
    expect(await ordersOf('--ticket', id)).toHaveLength(1);
  }, 60_000);

  test('the example places an order with nothing but a Temporal client and our types', async () => {
    const { accounts } = await json<{ accounts: { name: string; accountId: string }[] }>('accounts');
    const demo = accounts.find(({ name }) => name === 'demo')?.accountId ?? '';
    const env = { ...machine.env, TEMPORAL_ADDRESS: `127.0.0.1:${machine.ports.FOLIOS_TEMPORAL_PORT}` };
    const { code, stdout, stderr } = await runProgram('examples/place-order.ts', [demo, 'JNJ', '3'], env, 60_000);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[0-9a-f-]{36}\/1: FILLED, 3 at \d+\.\d+ $/m);
  }, 90_000);

  test('a working order is changed, then cancelled', async () => {
    const words = ['--buy', '5', 'KO', '--limit', '50', '--gtc', '--yes'];
    const { ticketId } = await json<{ ticketId: string }>('order', 'place', '--account', 'demo', ...words);
    await json('order', 'modify', `${ticketId}/1`, '--limit', '51', '--quantity', '4');
    expect(await ordersOf('--ticket', ticketId)).toMatchObject([
      { state: 'ACCEPTED', limitPrice: '51', quantity: '4' },
    ]);
    expect((await folios('order', 'cancel', `${ticketId}/1`)).stderr).toContain('CONFIRMATION_REQUIRED');
    await json('order', 'cancel', `${ticketId}/1`, '--yes');
    expect(await ordersOf('--ticket', ticketId)).toMatchObject([{ state: 'CANCELLED' }]);
  }, 60_000);

  test('an order beyond a limit is denied with the limit, its value and the attempted value', async () => {
    const { code, stderr } = await folios('order', 'place', '--account', 'demo', '--buy', '5000', 'KO', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('error ORDER_DENIED: ');
    const [denied] = await ordersOf('--state', 'denied');
    expect((await folios('order', 'show', denied?.orderId ?? '')).stdout).toMatch(/cash_usd +[\d.]+ +[\d.]+ +✗/);
  }, 60_000);

  test('a pause denies every order; flatten cancels, closes and claims to be flat only when it is', async () => {
    await folios('pause', '--account', 'demo', '--reason', 'drill');
    const paused = await folios('order', 'place', '--account', 'demo', '--sell', '1', 'KO', '--yes');
    expect(paused.stderr).toContain('trading mode is paused');
    await folios('resume', '--account', 'demo', '--yes');
    const stand = ['--buy', '3', 'KO', '--limit', '50', '--yes'];
    await json('order', 'place', '--account', 'demo', ...stand);
    const { stdout, code } = await folios('flatten', '--account', 'demo', '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/demo is flat\.\n$/) });
    expect(await json('accounts')).toMatchObject({
      accounts: expect.arrayContaining([
        expect.objectContaining({ name: 'demo', positionsUsd: '0.00', workingOrders: 0 }),
      ]),
    });
  }, 90_000);

  test('the same words work at Interactive Brokers through the simulator: a bracket, then flat', async () => {
    await json('account', 'open', 'ib', '--broker', 'ibkr', '--broker-account', 'DU1000001');
    const bracket = ['--buy', '10', 'KO', '--take-profit', '66', '--stop-loss', '46', '--yes'];
    const { orders } = await json<{ orders: OrderRow[] }>('order', 'place', '--account', 'ib', ...bracket);
    expect(orders.map(({ state }) => state)).toEqual(['FILLED', 'ACCEPTED', 'ACCEPTED']);
    expect((await folios('flatten', '--account', 'ib', '--yes')).stdout).toMatch(/ib is flat\.\n$/);
    expect(await json('orders', '--kept')).toMatchObject({ kept: [] });
  }, 90_000);

  test('the simulator of Interactive Brokers trades on the replayed day that the clock stands at', async () => {
    await json('clock', 'advance', '2022-03-01');
    const url = `http://127.0.0.1:${machine.ports.FOLIOS_TWS_CONTROL_PORT}/_control/state`;
    await waitFor('the simulator has turned to the day', async () => {
      const state = (await (await fetch(url)).json()) as { day: string };
      return state.day === '2022-03-01';
    });
    await json('order', 'place', '--account', 'ib', '--buy', '2', 'KO', '--yes');
    await json('order', 'place', '--account', 'demo', '--buy', '2', 'KO', '--yes');
    const fills = await json<{ orders: { averageFillPrice: string }[] }>('orders', '--symbol', 'KO', '--limit', '2');
    const [atPaper = Number.NaN, atIbkr] = fills.orders.map((order) => Number(order.averageFillPrice));
    expect(atIbkr).toBeCloseTo(atPaper, 1);
  }, 60_000);
});
