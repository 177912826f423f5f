import { describe, expect, test } from '@jest/globals';
import type { CancelOrders, TicketView } from '../../../workflows/execute-ticket/messages.ts';
import { FoliosError } from '../../contracts/errors.ts';
import type { HeldPosition } from '../../domain/orders/exposure.ts';
import { type Instrument, instrumentKey } from '../../domain/orders/instrument.ts';
import type { OrderState } from '../../domain/orders/order-state.ts';
import type { AccountExposure } from '../../ports/order-journal.ts';
import type { CliContext } from '../context.ts';
import { createFakeContext, emptyWorld, type FakeWorld } from '../testing/fake-context.ts';
import { fakeTickets } from '../testing/fake-tickets.ts';
import { runCommand } from '../testing/run-command.ts';
import { NOW, samplePortfolio } from '../testing/sample-data.ts';
import { DEMO_ID, demoAccount, working } from '../testing/sample-orders.ts';
import { type FlattenOptions, flatten } from './flatten.ts';

const KO: Instrument = { kind: 'stock', symbol: 'KO' };
const PEP: Instrument = { kind: 'stock', symbol: 'PEP' };
const PUT: Instrument = {
  ...{ kind: 'option', symbol: 'SPX', expiration: '2017-06-16', strike: '2400', right: 'PUT', multiplier: '100' },
};

function held(instrument: Instrument, quantity: string): HeldPosition {
  return { instrument, quantity, marketValueUsd: '0', tradeId: null };
}

function books(positions: readonly HeldPosition[], orders: AccountExposure['working'] = []): AccountExposure {
  return {
    cashUsd: '0',
    netLiquidationUsd: '0',
    positions,
    working: orders,
    mode: 'normal' as const,
    recentIntents: [],
  };
}

/**
 * The account demo at a broker that cancels and fills at once. It refuses cancels of `deafTo`'s tickets, and denies the
 * closing orders of `deniedSymbol`.
 */
function desk(exposure: AccountExposure, deafTo = '', deniedSymbol = '') {
  const world: FakeWorld = { ...emptyWorld(), accounts: [demoAccount()], exposures: new Map([[DEMO_ID, exposure]]) };
  const now = () => world.exposures.get(DEMO_ID) ?? exposure;
  const change = (part: Partial<AccountExposure>) => world.exposures.set(DEMO_ID, { ...now(), ...part });
  const cancelled = new Map<string, CancelOrders>();
  const tickets = fakeTickets(
    ({ tradable }) => (tradable.symbol === deniedSymbol ? { state: 'DENIED', stateReason: 'no' } : { state: 'FILLED' }),
    ({ ticket }) => {
      const tradable = ticket.kind === 'single' ? ticket.order.tradable : null;
      if (tradable === null || tradable.kind === 'combo') throw new Error('a position is closed by a single order');
      if (tradable.symbol === deniedSymbol) return;
      const left = now().positions.filter((one) => instrumentKey(one.instrument) !== instrumentKey(tradable));
      change({ positions: left });
    },
  );
  const folios: Partial<CliContext['folios']> = {
    ...tickets.folios,
    ticketView: async (ticketId) => {
      const refs = cancelled.get(ticketId)?.orderRefs;
      return refs ? cancelView(ticketId, refs, 'CANCELLED') : tickets.folios.ticketView(ticketId);
    },
    cancelOrders: async (ticketId, asked) => {
      if (ticketId === deafTo) throw new FoliosError('BROKER_NOT_READY', 'TWS is away');
      cancelled.set(ticketId, asked);
      const left = now().working.filter(({ order }) => !asked.orderRefs?.includes(order.orderRef));
      change({ working: left });
      return cancelView(ticketId, asked.orderRefs ?? [], 'ACCEPTED');
    },
  };
  return { world, cancelled, started: tickets.started, context: createFakeContext(world, folios) };
}

function cancelView(ticketId: string, refs: readonly string[], state: OrderState): TicketView {
  const orders = refs.map((orderRef) => ({
    ...{ eventId: 1, orderRef, state, stateReason: null, filledQuantity: '0', averageFillPrice: null },
  }));
  return { ticketId, accountId: DEMO_ID, step: 'working', orders };
}

let id = 0;
const OPTIONS: FlattenOptions = { account: null, newId: () => `new-${++id}`, yes: true, ask: null };
const VIEW = { width: 120, now: NOW };
const SHORT_PATIENCE = { looks: 2, intervalMs: 1 };

describe('flatten', () => {
  test('cancels every ticket’s working orders, then buys back what is short and sells what covered it', async () => {
    const orders = [working({ orderRef: 'a/1' }), working({ orderRef: 'a/2' }), working({ orderRef: 'b/1' })];
    const { cancelled, started, context } = desk(books([held(KO, '100'), held(PUT, '-2')], orders));
    const { document, text, failure } = await flatten(context, OPTIONS, VIEW, SHORT_PATIENCE);
    expect([...cancelled]).toEqual([
      ['a', { orderRefs: ['a/1', 'a/2'], reason: 'the account is flattened', by: 'ada' }],
      ['b', { orderRefs: ['b/1'], reason: 'the account is flattened', by: 'ada' }],
    ]);
    const common = { type: 'MARKET', timeInForce: 'DAY' };
    expect(started.map(({ ticket }) => ticket)).toEqual([
      { kind: 'single', order: { tradable: PUT, side: 'BUY', quantity: '2', ...common }, reduceOnly: true },
      { kind: 'single', order: { tradable: KO, side: 'SELL', quantity: '100', ...common }, reduceOnly: true },
    ]);
    expect(new Set(started.map(({ ticketId }) => ticketId)).size).toBe(2);
    expect(failure).toBeUndefined();
    expect(document).toMatchObject({ flattened: true, accounts: [{ account: 'demo', isFlat: true }] });
    expect(text).toMatch(/cancel +BUY 100 KO LIMIT 60\.1; BUY 100 KO LIMIT 60\.1 +CANCELLED, CANCELLED/);
    expect(text).toMatch(/close +BUY 2 SPX 2017-06-16 P 2400 MARKET +FILLED/);
    expect(text).toMatch(/demo is flat\.$/);
  });

  test('leaves a position alone against which an order still works: both could fill and turn it round', async () => {
    const orders = [working({ orderRef: 'deaf/1', side: 'SELL', quantity: '100' })];
    const { started, context } = desk(books([held(KO, '100'), held(PEP, '7')], orders), 'deaf');
    const { document, text, failure } = await flatten(context, OPTIONS, VIEW, SHORT_PATIENCE);
    expect(started).toMatchObject([{ ticket: { order: { tradable: PEP } } }]);
    expect(text).toContain('BROKER_NOT_READY: TWS is away');
    expect(text).toContain('left alone: deaf/1 still works');
    expect(text).toContain('demo is NOT flat yet');
    expect(document).toMatchObject({ flattened: false });
    expect(failure).toMatchObject({ code: 'BROKER_NOT_READY', message: '2 of 3 steps failed: TWS is away' });
  });

  test('goes on past a closing order that is denied, and reports it', async () => {
    const { started, context } = desk(books([held(KO, '100'), held(PEP, '7')]), '', 'KO');
    const { text, failure } = await flatten(context, OPTIONS, VIEW, SHORT_PATIENCE);
    expect(started).toHaveLength(2);
    expect(text).toMatch(/SELL 100 KO MARKET +DENIED +✗ ORDER_DENIED/);
    expect(text).toMatch(/SELL 7 PEP MARKET +FILLED/);
    expect(failure).toMatchObject({ code: 'ORDER_DENIED' });
  });

  test('is no failure where somebody else has closed the position meanwhile', async () => {
    const { world, started, context } = desk(books([held(KO, '100')]), '', 'KO');
    const { startTicket } = context.folios;
    const folios = {
      ...context.folios,
      startTicket: ((input: never) => {
        world.exposures.set(DEMO_ID, books([]));
        return startTicket(input);
      }) as typeof startTicket,
    };
    const { text, failure } = await flatten({ ...context, folios }, OPTIONS, VIEW, SHORT_PATIENCE);
    expect(started).toHaveLength(1);
    expect(text).toMatch(/SELL 100 KO MARKET +DENIED *\n/);
    expect(text).toMatch(/demo is flat\.$/);
    expect(failure).toBeUndefined();
  });

  test('asks with what it will do, and says that a pause would deny it', async () => {
    const { world, started, context } = desk(books([held(KO, '100')], [working({})]));
    world.restrictions = [{ accountId: null, mode: 'paused', reason: 'drill', by: 'ada', at: NOW }];
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return 'n';
    };
    const run = await runCommand(['flatten', '--account', 'demo'], context, { isTTY: true, ask });
    expect(questions[0]).toContain(
      'Flatten demo (paper broker, simulated): cancel 1 order and close 1 position at the market?',
    );
    expect(questions[0]).toContain('folios reduce-only');
    expect(run.stdout).toBe('Nothing was changed.\n');
    expect((await runCommand(['flatten'], context)).stderr).toContain('error CONFIRMATION_REQUIRED: flattening demo');
    expect(started).toEqual([]);
  });

  test('passes over research accounts, and refuses one that is named', async () => {
    const { world, started, context } = desk(books([]));
    world.portfolios = [samplePortfolio('openai', { IBM: '153.43', KO: '43.43' })];
    expect((await runCommand(['flatten', '--yes'], context)).stdout).toContain('Nothing to flatten');
    const named = await runCommand(['flatten', '--account', 'dreman-contrarian/openai', '--yes'], context);
    expect(named.stderr).toContain('error INPUT_INVALID: dreman-contrarian/openai is a research account');
    expect(started).toEqual([]);
  });
});
