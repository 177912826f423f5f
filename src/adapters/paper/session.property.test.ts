import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dec } from '../../domain/money/decimal.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import type { BrokerReport, BrokerStatement, ExecutionReport } from '../../ports/broker-session.ts';
import type { PaperStore } from './paper-store.ts';
import type { PaperSession } from './session.ts';
import { at, createPaperStand, order, type PaperStand } from './testing/paper-stand.ts';

const ACCOUNT = 'paper-1';
const OPENING_CASH = '100000';

const cents = fc.integer({ min: 5500, max: 6500 });
const ref = fc.integer({ min: 1, max: 12 }).map((n) => `t/${n}`);
const terms = fc.record({
  side: fc.constantFrom('BUY', 'SELL'),
  type: fc.constantFrom('MARKET', 'LIMIT', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP'),
  quantity: fc.integer({ min: 1, max: 40 }),
  cents,
  timeInForce: fc.constantFrom('DAY', 'GTC'),
  ocaGroup: fc.constantFrom(null, null, 'G'),
});
/** The process ends: after everything, before a write takes effect, or after it but before anything is told. */
const end = fc.constantFrom('quietly', 'before the write', 'after the write');
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('place' as const), ref, terms, exits: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), ref }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('modify' as const), ref, quantity: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('move' as const), cents, size: fc.option(fc.integer({ min: 1, max: 15 })) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('day' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), end }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const price = (of: number): string => dec(of).div(100).toFixed(2);

function ordersOf({
  ref: name,
  terms: { cents: at, quantity, type, ...more },
  exits,
}: Extract<Action, { do: 'place' }>) {
  const entry: PlannedOrder = order(name, {
    ...({ ...more, type, quantity: String(quantity) } as Partial<PlannedOrder>),
    ...(type === 'LIMIT' || type === 'STOP_LIMIT' ? { limitPrice: price(at) } : {}),
    ...(type === 'STOP' || type === 'STOP_LIMIT' ? { stopPrice: price(at) } : {}),
    ...(type === 'TRAILING_STOP' ? { trailAmount: '1.5' } : {}),
  });
  const exit = { parentRef: name, side: entry.side === 'BUY' ? 'SELL' : 'BUY', quantity: entry.quantity } as const;
  const [low, high] = [price(at - 100), price(at + 100)];
  const [profit, stop] = exit.side === 'SELL' ? [high, low] : [low, high];
  return exits
    ? [
        entry,
        order(`${name}/p`, { ...exit, type: 'LIMIT', limitPrice: profit, timeInForce: 'GTC' }),
        order(`${name}/s`, { ...exit, type: 'STOP', stopPrice: stop, timeInForce: 'GTC' }),
      ]
    : [entry];
}

/** A store that fails once it is told to, and takes nothing of its session any more. */
function mortal(store: PaperStore) {
  let death: 'no' | 'before the write' | 'after the write' = 'no';
  const write = async (put: () => Promise<void>) => {
    if (death === 'before the write') throw new Error('killed');
    await put();
    if (death === 'after the write') {
      death = 'before the write';
      throw new Error('killed');
    }
  };
  const wrapped: PaperStore = {
    ...store,
    append: (...step) => write(() => store.append(...step)),
    replace: (...step) => write(() => store.replace(...step)),
  };
  const kill = (how: typeof death) => {
    death = how;
  };
  return { store: wrapped, kill };
}

async function act(stand: PaperStand, session: PaperSession, one: Exclude<Action, { do: 'end' }>): Promise<void> {
  // Refusals and the failures of a dying store are part of the game; what must hold is checked afterwards.
  const tried = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      () => undefined,
    );
  if (one.do === 'place') return tried(session.place(ACCOUNT, ordersOf(one)));
  if (one.do === 'cancel') return tried(session.cancel(ACCOUNT, one.ref));
  if (one.do === 'modify') return tried(session.modify(ACCOUNT, one.ref, { quantity: String(one.quantity) }));
  if (one.do === 'move') stand.prices.set('KO', at(price(one.cents), one.size));
  else stand.day = new Date(Date.parse(`${stand.day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return tried(session.marketMoved());
}

function expectSound(statement: BrokerStatement, reports: readonly BrokerReport[]): void {
  const known = new Map(reports.map((report) => [report.key, report]));
  const executions = [...known.values()].filter((one): one is ExecutionReport => one.kind === 'execution');
  const commissions = [...known.values()].flatMap((one) => (one.kind === 'commission' ? [one.commissionUsd] : []));
  expect(commissions).toHaveLength(executions.length);
  let [held, cash] = [dec(0), commissions.reduce((rest, one) => rest.minus(one), dec(OPENING_CASH))];
  for (const { side, quantity, price: paid } of executions) {
    const signed = side === 'BUY' ? dec(quantity) : dec(quantity).negated();
    held = held.plus(signed);
    cash = cash.minus(signed.times(paid));
  }
  expect(statement.cashUsd).toBe(cash.toFixed());
  expect(statement.positions.map(({ quantity }) => quantity)).toEqual(held.isZero() ? [] : [held.toFixed()]);
  const filledOf = (brokerOrderId: string) =>
    executions.reduce((all, one) => (one.brokerOrderId === brokerOrderId ? all.plus(one.quantity) : all), dec(0));
  for (const view of [...statement.openOrders, ...statement.completedOrders]) {
    expect(filledOf(view.brokerOrderId).toFixed()).toBe(view.filledQuantity);
    expect(dec(view.filledQuantity).lte(view.quantity)).toBe(true);
    expect(known.has(view.report?.key ?? '')).toBe(true);
  }
  // Exits close what their entry opened, and never more.
  for (const view of [...statement.openOrders, ...statement.completedOrders]) {
    const [entry, kind] = [view.brokerOrderId.replace(/^paper\/(t\/\d+).*$/, '$1'), view.orderRef.split('/')[2]];
    if (kind !== 's') continue;
    const number = Number(view.brokerOrderId.split('#')[1]);
    const both = filledOf(`paper/${entry}/p#${number - 1}`).plus(filledOf(view.brokerOrderId));
    expect(both.lte(filledOf(`paper/${entry}#${number - 2}`))).toBe(true);
  }
}

test('whatever comes and whenever the process ends, what was told is what the account has: nothing lost, nothing twice', async () => {
  const property = fc.asyncProperty(
    fc.array(action, { maxLength: 40, size: 'max' }),
    fc.boolean(),
    async (actions, parts) => {
      const stand = createPaperStand();
      const sound = stand.store;
      const begin = async () => {
        const life = mortal(sound);
        stand.store = life.store;
        return { life, session: await stand.open(parts ? { partialFillProbability: 0.4 } : {}) };
      };
      let { life, session } = await begin();
      for (const one of actions) {
        if (one.do !== 'end') {
          await act(stand, session, one);
          continue;
        }
        if (one.end !== 'quietly') {
          life.kill(one.end);
          // The dying process hears of nothing any more.
          stand.onReport = async () => Promise.reject(new Error('killed'));
          await act(stand, session, { do: 'move', cents: 6000, size: 3 });
          await act(stand, session, { do: 'day' });
        }
        await session.close();
        stand.onReport = async () => undefined;
        ({ life, session } = await begin());
      }
      const statement = await session.statement(ACCOUNT);
      await session.close();
      expectSound(statement, stand.reports);
    },
  );
  await fc.assert(property, { numRuns: 150, seed: 11 });
});
