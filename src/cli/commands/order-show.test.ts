import { describe, expect, test } from '@jest/globals';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { NOW, samplePortfolio } from '../testing/sample-data.ts';
import { demoAccount, demoEvent, demoOrder } from '../testing/sample-orders.ts';

const DENIED = { limit: 'cash_usd', bound: '1000', attempted: '6011', passed: false };
const PASSED = { limit: 'positions', bound: '20', attempted: '3', passed: true };

function gate(checks: readonly object[], denial: string | null) {
  return demoEvent({
    kind: 'gate',
    state: denial === null ? 'PENDING' : 'DENIED',
    data: { assessment: { checks }, denial },
  });
}

function life(...events: ReturnType<typeof demoEvent>[]): FakeWorld {
  return { ...emptyWorld(), accounts: [demoAccount()], orders: [demoOrder()], events };
}

async function shown(world: FakeWorld, ...more: string[]): Promise<string> {
  return (await runCommand(['order', 'show', '0198beef', ...more], createFakeContext(world))).stdout;
}

describe('order show', () => {
  test('tells the life of an order line by line: when, who, what, and the state afterwards', async () => {
    const text = await shown(
      life(
        demoEvent({ kind: 'intent', state: 'PENDING' }),
        gate([PASSED], null),
        demoEvent({ kind: 'submission', state: 'SUBMITTED', data: { submission: 1 } }),
        demoEvent({ kind: 'submission', state: 'SUBMITTED', data: { submission: 2 } }),
        demoEvent({ state: 'ACCEPTED', data: { event: 'accept', brokerStatus: 'PreSubmitted', reason: null } }),
        demoEvent({
          kind: 'note',
          state: 'ACCEPTED',
          data: { what: 'cancel asked for', reason: 'too late', by: 'ada' },
        }),
        demoEvent({ kind: 'note', state: 'ACCEPTED', data: { what: 'changed', limitPrice: '60.25', quantity: '50' } }),
        demoEvent({
          ...{ kind: 'execution', state: 'PARTIALLY_FILLED' },
          data: { side: 'BUY', quantity: '40', price: '60.05', correctsExecId: null },
        }),
        demoEvent({ kind: 'commission', data: { execId: 'e1', commissionUsd: '0.35' } }),
      ),
    );
    expect(text).toContain('BUY 100 KO LMT 60.10');
    const lines = text.split('\n').filter((line) => line.startsWith('2026-03-02T10:00:00.000Z'));
    expect(lines.map((line) => line.replace(/ +/g, ' ').slice(25))).toEqual([
      'folios intent committed, nothing sent yet PENDING',
      'risk gate allowed PENDING',
      'folios given to the broker SUBMITTED',
      'folios given to the broker again (2), after its absence was proven SUBMITTED',
      'broker PreSubmitted ACCEPTED',
      'folios cancel asked for by ada: too late ACCEPTED',
      'folios changed (limit 60.25, quantity 50) ACCEPTED',
      'broker BUY 40 at 60.05 PARTIALLY_FILLED',
      'broker commission 0.35 USD of e1',
    ]);
    expect(text).not.toContain('ATTEMPTED');
  });

  test('of a denied order stands with every limit, its bound and what was attempted; otherwise --checks asks', async () => {
    const denied = life(gate([PASSED, DENIED], 'cash is 1,000.00 USD, and the order needs 6,011.00 USD'));
    denied.orders = [demoOrder({ state: 'DENIED', stateReason: 'cash is short' })];
    const text = await shown(denied);
    expect(text).toMatch(/cash_usd +1000 +6011 +✗ +cash is 1,000\.00 USD, and the order needs 6,011\.00 USD/);
    expect(text).toMatch(/positions +20 +3 +✓/);
    expect(await shown(life(gate([PASSED], null)), '--checks')).toMatch(/positions +20 +3 +✓/);
  });

  test('marks what was refused, and cleans what a broker wrote', async () => {
    const text = await shown(
      life(
        demoEvent({
          ...{
            kind: 'execution',
            outcome: 'refused',
            state: 'FILLED',
            problem: 'a fill of 5 is more than ordered',
          },
          data: { side: 'BUY', quantity: '5', price: 'NaN' },
        }),
        demoEvent({ state: 'REJECTED', data: { brokerStatus: 'Inactive', reason: 'no\u001b[2J\nmargin' } }),
      ),
    );
    expect(text).toMatch(/✗ +BUY 5 at NaN — NOT BOOKED \(refused\): a fill of 5 is more than ordered/);
    expect(text).toContain('Inactive: no margin');
    expect(text).not.toContain('\u001b');
  });

  test('says what an unknown order asks of a person', async () => {
    const lost = { ...life(), orders: [demoOrder({ state: 'UNKNOWN' })] };
    const words = (await shown(lost)).replace(/\s+/g, ' ');
    expect(words).toContain(`Look for "${demoOrder().orderRef}" at the broker`);
    expect(words).toContain(`folios order declare-dead ${demoOrder().orderId}`);
  });

  test('shows executions with price and commission, of research orders, too', async () => {
    const research = samplePortfolio('openai', { IBM: '153.43', KO: '43.43' });
    const [order] = research.orders;
    const orderId = order?.orderId ?? '';
    const executions = [
      { execId: 'fill-1', orderId, ticker: 'IBM', side: 'BUY' as const, quantity: '185', price: '121.14' },
      { execId: 'fill-2', orderId: 'another', ticker: 'KO', side: 'BUY' as const, quantity: '810', price: '37.02' },
    ].map((one) => ({ ...one, commissionUsd: '0.925', executedAt: NOW }));
    const world = { ...emptyWorld(), portfolios: [research], executions };
    const { stdout } = await runCommand(['order', 'show', orderId], createFakeContext(world));
    expect(stdout).toContain('A research order: it is filled and booked in one step');
    expect(stdout).toMatch(/BUY +185 +IBM +121\.14 +0\.925 +fill-1/);
    expect(stdout).not.toContain('fill-2');
  });

  test('gives programs events, checks and executions as they are kept', async () => {
    const document = JSON.parse(await shown(life(gate([DENIED], 'no cash')), '--json'));
    expect(document).toMatchObject({
      order: { account: 'demo', orderRef: demoOrder().orderRef },
      events: [{ kind: 'gate', at: NOW.toISOString() }],
      checks: [DENIED],
      executions: [],
    });
  });

  test.each([
    ['0198bee', 'INPUT_INVALID', 'is not the id of an order or a ticket'],
    ['0198bee0', 'ORDER_NOT_FOUND', 'no order and no ticket has the id 0198bee0'],
    ['0198f00d-0000-7000-8000-000000000001/2', 'ORDER_NOT_FOUND', 'no order and no ticket'],
    ['0198beef', 'INPUT_INVALID', '2 orders fit 0198beef'],
    ['0198f00d', 'INPUT_INVALID', 'is a ticket; name one of its orders'],
  ])('%s is refused with %s', async (reference, code, message) => {
    const second = demoOrder({ orderId: '0198beef-0000-7000-8000-000000000002' });
    const world = { ...life(), orders: [demoOrder(), second] };
    const run = await runCommand(['order', 'show', reference], createFakeContext(world));
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.stderr).toContain(message);
  });

  test('finds an order by the reference that the broker shows', async () => {
    const { stdout } = await runCommand(['order', 'show', demoOrder().orderRef], createFakeContext(life()));
    expect(stdout).toContain('BUY 100 KO LMT 60.10');
  });
});
