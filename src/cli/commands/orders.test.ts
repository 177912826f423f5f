import { describe, expect, test } from '@jest/globals';
import type { Tradable } from '../../domain/orders/instrument.ts';
import type { ListedOrder } from '../../ports/order-listing.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { samplePortfolio } from '../testing/sample-data.ts';
import { demoAccount, demoEvent, demoOrder } from '../testing/sample-orders.ts';
import { isAnyMoving } from './orders.ts';

const STRADDLE: Tradable = {
  kind: 'combo',
  symbol: 'SPX',
  legs: (['CALL', 'PUT'] as const).map((right) => ({
    instrument: { kind: 'option', symbol: 'SPX', expiration: '2017-06-16', strike: '2400', right, multiplier: '100' },
    side: 'SELL',
    ratio: 1,
  })),
};

function world(change: Partial<FakeWorld> = {}): FakeWorld {
  return {
    ...emptyWorld(),
    accounts: [demoAccount()],
    portfolios: [samplePortfolio('openai', { IBM: '153.43', KO: '43.43' })],
    orders: [demoOrder()],
    ...change,
  };
}

describe('orders', () => {
  test('of research and of one’s own stand side by side, with account, terms and an id that suffices', async () => {
    const run = await runCommand(['orders'], createFakeContext(world()));
    expect(run.stdout).toMatch(/^0198beef +demo +BUY 100 KO LMT 60\.10 +ACCEPTED +0 +–/m);
    expect(run.stdout).toMatch(/^49424d2e +dreman-contrarian\/openai +BUY 185 IBM MKT +FILLED +185 +121\.14/m);
  });

  test.each<[string, Partial<ListedOrder>, string]>([
    ['a stop', { type: 'STOP', limitPrice: null, stopPrice: '55' }, 'KO STP 55.00'],
    ['a stop limit', { type: 'STOP_LIMIT', stopPrice: '55', limitPrice: '54.9' }, 'KO STP LMT 55.00/54.90'],
    ['a trail', { type: 'TRAILING_STOP', limitPrice: null, trailPercent: '2' }, 'KO TRAIL 2 %'],
    ['an order made by hand at the broker', { role: 'external' }, 'LMT 60.10 (external)'],
    ['good till cancelled', { timeInForce: 'GTC' }, 'KO LMT 60.10 GTC'],
    ['a walking price', { limitPrice: null }, 'KO LMT walking'],
    ['a combination at a credit', { tradable: STRADDLE, limitPrice: '-1.5' }, 'SPX combo (-1 SPX 2017-06-16 C 2400,'],
  ])('%s is written as brokers do', async (_case, change, words) => {
    const run = await runCommand(
      ['orders', '--account', 'demo'],
      createFakeContext(world({ orders: [demoOrder(change)] })),
    );
    expect(run.stdout.replace(/\s+/g, ' ')).toContain(words);
  });

  test('are filtered by state, symbol and ticket', async () => {
    const other = demoOrder({
      ...{ orderId: '0198beef-0000-7000-8000-000000000002', ticketId: '0198f00d-ffff-7000-8000-000000000002' },
      ...{ orderRef: 'x/1', state: 'UNKNOWN', tradable: { kind: 'stock', symbol: 'PEP' } },
    });
    const context = createFakeContext(world({ orders: [demoOrder(), other] }));
    const idsOf = async (...filter: string[]) => {
      const { orders } = JSON.parse((await runCommand(['orders', '--json', ...filter], context)).stdout);
      return orders.map(({ orderId }: { orderId: string }) => orderId.slice(-1));
    };
    expect(await idsOf('--account', 'demo')).toEqual(['1', '2']);
    expect(await idsOf('--state', 'unknown')).toEqual(['2']);
    expect(await idsOf('--symbol', 'pep')).toEqual(['2']);
    expect(await idsOf('--ticket', demoOrder().ticketId.slice(0, 13))).toEqual(['1']);
  });

  test('give programs the account, the instrument and exact amounts', async () => {
    const run = await runCommand(['orders', '--account', 'demo', '--json'], createFakeContext(world()));
    expect(JSON.parse(run.stdout).orders).toMatchObject([
      { account: 'demo', instrument: 'KO', terms: 'LMT 60.10', limitPrice: '60.1', brokerOrderId: '501' },
    ]);
  });

  test.each([
    ['PENDING', true],
    ['PARTIALLY_FILLED', true],
    ['INACTIVE', true],
    ['FILLED', false],
    ['UNKNOWN', false],
  ] as const)('%s may move by itself: %s, which decides how long --watch goes on', async (state, isMoving) => {
    const context = createFakeContext(world({ portfolios: [], orders: [demoOrder({ state })] }));
    const filter = { account: null, state: null, symbol: null, ticket: null, limit: 50 };
    expect(await isAnyMoving(context, filter)).toBe(isMoving);
  });

  test('--watch ends with the table when nothing moves, and is refused with --json', async () => {
    const context = createFakeContext(world({ orders: [] }));
    expect((await runCommand(['orders', '--watch'], context)).stdout).toContain('FILLED');
    const refused = await runCommand(['orders', '--watch', '--json'], context);
    expect(refused).toMatchObject({ exitCode: 1, connected: false });
    expect(refused.stderr).toContain('choose one');
  });

  test('--kept shows what brokers told that could not be booked, harmlessly', async () => {
    const kept = demoEvent({
      ...{ kind: 'execution', outcome: 'unmatched', orderRef: null, problem: 'no order\u001b[2J has this reference' },
      data: { side: 'BUY', quantity: '5', price: '60.1' },
    });
    const context = createFakeContext(world({ events: [kept, demoEvent({})] }));
    const { stdout } = await runCommand(['orders', '--kept'], context);
    expect(stdout).toMatch(/demo +– +unmatched +BUY 5 at 60\.10 +no order has this reference/);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  describe('order acknowledge', () => {
    const kept = (eventId: number) => demoEvent({ eventId, outcome: 'refused', problem: 'more than was ordered' });
    const acknowledge = ['order', 'acknowledge'];

    test('takes reports off the list of those that wait, with who, when and why; the first word stands', async () => {
      const context = createFakeContext(world({ events: [kept(7), kept(8), demoEvent({ eventId: 9 })] }));
      const first = await runCommand([...acknowledge, '7', '--reason', 'told twice'], context);
      expect(first.stdout).toMatch(/^Acknowledged 7 of demo: .* – told twice \(ada, 2026-/);
      await runCommand([...acknowledge, '7', '--reason', 'another word'], context);
      const waiting = await runCommand(['orders', '--kept', '--json'], context);
      expect(JSON.parse(waiting.stdout)).toMatchObject({ kept: [{ eventId: 8, acknowledged: null }] });
      const seen = await runCommand(['orders', '--kept', '--acknowledged', '--json'], context);
      expect(JSON.parse(seen.stdout)).toMatchObject({
        kept: [{ eventId: 7, acknowledged: { reason: 'told twice', by: 'ada' } }],
      });
      const table = await runCommand(['orders', '--kept', '--acknowledged'], context);
      expect(table.stdout).toContain('told twice (ada,');
    });

    test.each([
      [['7', '10', '--reason', 'x'], 'no kept report has the number 10; .*; acknowledged before it: 7'],
      [['9', '--reason', 'x'], 'no kept report has the number 9'],
      [['seven', '--reason', 'x'], '"seven" is no number of a report'],
      [['7', '--reason', ' '], '--reason says in 1 to 500 characters'],
      [['7'], "required option '--reason <text>' not specified"],
    ])('%j is refused', async (words, problem) => {
      const context = createFakeContext(world({ events: [kept(7), demoEvent({ eventId: 9 })] }));
      const { exitCode, stderr } = await runCommand([...acknowledge, ...words], context);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(new RegExp(`^error INPUT_INVALID: .*${problem}`, 'm')),
      });
    });

    test('--acknowledged without --kept is refused', async () => {
      const { stderr } = await runCommand(['orders', '--acknowledged'], createFakeContext(world()));
      expect(stderr).toContain('error INPUT_INVALID: --acknowledged goes with --kept');
    });
  });
});
