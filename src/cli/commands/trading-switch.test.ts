import { describe, expect, test } from '@jest/globals';
import { TradingMode } from '../../domain/orders/trading-mode.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { runCommand } from '../testing/run-command.ts';
import { samplePortfolio } from '../testing/sample-data.ts';
import { DEMO_ID, demoAccount, demoEvent, demoOrder, working } from '../testing/sample-orders.ts';
import { checkHealth } from './health.ts';
import { type SwitchOptions, turnSwitch } from './trading-switch.ts';

const ALL: SwitchOptions = { account: null, reason: 'earnings tonight', yes: false, ask: null };

function world(): FakeWorld {
  return { ...emptyWorld(), portfolios: [samplePortfolio('openai', { IBM: '120', KO: '40' })] };
}

describe('the kill switch', () => {
  test('stops at once, says what that means and what is held, and is kept with who and why', async () => {
    const it = world();
    const { document, text } = await turnSwitch(createFakeContext(it), TradingMode.paused, ALL);
    expect(text).toMatch(/^Trading is paused for all accounts\. Every order is denied before it reaches the broker/);
    expect(text).toMatch(/\n2 positions held, 0 orders working\.$/);
    expect(document).toMatchObject({ turned: true, mode: 'paused', by: 'ada', reason: 'earnings tonight' });
    expect(it.restrictions).toHaveLength(1);
  });

  test('stands first in the status while it is on', async () => {
    const it = world();
    const context = createFakeContext(it);
    await turnSwitch(context, TradingMode.reduceOnly, { ...ALL, account: 'dreman-contrarian/openai' });
    const [first] = await checkHealth(context, new Map(), it.now);
    expect(first).toMatchObject({ severity: 'danger', remedy: 'folios resume' });
    expect(first?.message).toContain('reduce-only for dreman-contrarian/openai: earnings tonight (ada, ');
  });

  test('is released only by a person who says so, and names what is still in force', async () => {
    const it = world();
    const context = createFakeContext(it);
    await turnSwitch(context, TradingMode.paused, ALL);
    await turnSwitch(context, TradingMode.paused, { ...ALL, account: 'dreman-contrarian/openai' });
    await expect(turnSwitch(context, TradingMode.normal, ALL)).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' });
    expect((await turnSwitch(context, TradingMode.normal, { ...ALL, ask: async () => 'n' })).text).toBe(
      'Nothing was changed.',
    );
    expect(it.restrictions).toHaveLength(2);
    const { text } = await turnSwitch(context, TradingMode.normal, { ...ALL, ask: async () => 'y' });
    expect(text).toContain('Trading is resumed for all accounts. New orders reach the broker again.');
    expect(text).toContain('Still in force: trading is paused for');
  });

  test('knows no account that does not exist', async () => {
    const context = createFakeContext(world());
    await expect(turnSwitch(context, TradingMode.paused, { ...ALL, account: 'nobody/openai' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  test('names accounts of one’s own, and what already works at the broker', async () => {
    const it = { ...world(), accounts: [demoAccount()] };
    it.exposures.set(DEMO_ID, {
      ...{ cashUsd: '0', netLiquidationUsd: '0', positions: [], mode: 'normal' as const, recentIntents: [] },
      working: [working({})],
    });
    const context = createFakeContext(it);
    const { text } = await turnSwitch(context, TradingMode.paused, { ...ALL, account: 'demo' });
    expect(text).toMatch(/^Trading is paused for demo\./);
    expect(text).toContain('0 positions held, 1 order working. Those that are at the broker already may still fill');
    const [first] = await checkHealth(context, new Map(), it.now);
    expect(first?.message).toContain('trading is paused for demo: earnings tonight');
  });
});

test('orders that nobody knows of and reports that could not be booked need a person at once', async () => {
  const it = {
    ...world(),
    orders: [demoOrder({ state: 'UNKNOWN' })],
    events: [demoEvent({ outcome: 'refused', problem: 'a fill of 5 is more than ordered' })],
  };
  const { stdout } = await runCommand(['status'], createFakeContext(it));
  const text = stdout.replace(/\s+/g, ' ');
  expect(text).toContain(
    `✗ 1 order in a state that nobody knows (${demoOrder().orderRef}) → folios order show ${demoOrder().orderId}`,
  );
  expect(text).toContain(
    '✗ 1 report of brokers could not be booked; the newest: a fill of 5 is more than ordered → folios orders --kept',
  );
});
