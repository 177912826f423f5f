import { describe, expect, test } from '@jest/globals';
import type { BrokerReport, ExecutionReport } from '../../ports/broker-session.ts';
import type { PaperStore } from './paper-store.ts';
import { at, createPaperStand, FIRST_DAY, order, type PaperStand, untilReady } from './testing/paper-stand.ts';

const ACCOUNT = 'paper-1';
const executionsIn = (reports: readonly BrokerReport[]): readonly ExecutionReport[] =>
  reports.filter((report) => report.kind === 'execution');
const eventsOf = ({ reports }: PaperStand, ref: string) =>
  reports.flatMap((report) => (report.kind === 'status' && report.orderRef === ref ? [report.event] : []));
const LIMIT_55 = { type: 'LIMIT', limitPrice: '55' } as const;

/** A store whose next write fails, before or after it took effect. */
function failing(store: PaperStore, when: 'before' | 'after'): PaperStore {
  const fail = async (write: () => Promise<void>): Promise<void> => {
    if (when === 'after') await write();
    throw new Error('the disk is full');
  };
  return {
    ...store,
    append: (...step) => fail(() => store.append(...step)),
    replace: (...step) => fail(() => store.replace(...step)),
  };
}

describe('what is kept', () => {
  test('is kept before anything of it is told, and told again by the next session where it was not', async () => {
    const stand = createPaperStand();
    const kept: string[] = [];
    const { append, replace } = stand.store;
    const keep =
      (write: PaperStore['append']) =>
      async (...step: Parameters<typeof write>) => {
        await write(...step);
        kept.push('kept');
      };
    Object.assign(stand.store, { append: keep(append), replace: keep(replace) });
    stand.onReport = async (report) => {
      kept.push(report.kind);
      throw new Error('killed');
    };
    const first = await stand.open();
    await first.place(ACCOUNT, [order('t/1')]);
    await first.close();
    expect(kept).toEqual(['kept', 'status']);
    stand.onReport = async () => undefined;
    const second = await stand.open();
    await second.close();
    expect(stand.reports.map(({ key }) => key)).toEqual([
      'paper/t/1#1.1',
      'paper/t/1#1/filled/10/0',
      'commission/paper/t/1#1.1',
    ]);
  });

  test.each([
    ['before', []],
    ['after', ['t/1']],
  ] as const)(
    'where keeping fails %s it took effect, the call is in doubt and the store has the truth',
    async (when, refs) => {
      const stand = createPaperStand();
      const sound = stand.store;
      const session = await stand.open({
        store: {
          ...sound,
          replace: (...args) => current.replace(...args),
          append: (...args) => current.append(...args),
        },
      });
      let current = failing(sound, when);
      await expect(session.place(ACCOUNT, [order('t/1', LIMIT_55)])).rejects.toMatchObject({
        ...{ code: 'BROKER_UNAVAILABLE', effect: 'unknown' },
      });
      current = sound;
      const { openOrders } = await session.statement(ACCOUNT);
      expect(openOrders.map(({ orderRef }) => orderRef)).toEqual(refs);
      await session.close();
      expect(stand.reports.map(({ key }) => key)).toEqual(refs.map((ref) => `paper/${ref}#1/working/0/10`));
    },
  );

  test('by a process that another has taken the account from fails, is told to nobody, and changes nothing', async () => {
    const stand = createPaperStand();
    const first = await stand.open();
    await first.place(ACCOUNT, [order('t/1', LIMIT_55)]);
    const second = await stand.open();
    await second.place(ACCOUNT, [order('t/2', LIMIT_55)]);
    await expect(first.place(ACCOUNT, [order('t/3', LIMIT_55)])).rejects.toMatchObject({
      ...{ code: 'BROKER_UNAVAILABLE', effect: 'unknown' },
    });
    for (const session of [first, second]) {
      const { openOrders } = await session.statement(ACCOUNT);
      expect(openOrders.map(({ orderRef }) => orderRef)).toEqual(['t/1', 't/2']);
      await session.close();
    }
    expect(stand.reports.some((report) => 'orderRef' in report && report.orderRef === 't/3')).toBe(false);
  });

  test('grows by steps within a day and is one step at the start of a session and of a day', async () => {
    const stand = createPaperStand();
    const first = await stand.open();
    for (const n of [1, 2, 3]) await first.place(ACCOUNT, [order(`t/${n}`, LIMIT_55)]);
    expect(await stand.store.load(ACCOUNT)).toHaveLength(3);
    await first.close();
    const second = await stand.open();
    await second.place(ACCOUNT, [order('t/4')]);
    expect(await stand.store.load(ACCOUNT)).toHaveLength(1);
    await second.statement(ACCOUNT);
    await second.marketMoved();
    expect(await stand.store.load(ACCOUNT)).toHaveLength(1);
    await second.place(ACCOUNT, [order('t/5')]);
    stand.day = '2020-03-03';
    await second.marketMoved();
    expect(await stand.store.load(ACCOUNT)).toHaveLength(1);
    expect((await second.statement(ACCOUNT)).positions).toMatchObject([{ quantity: '20' }]);
  });

  test('a report that could not be journaled does not hold up the next, and comes again with a statement', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    stand.onReport = async ({ kind }) => {
      if (kind === 'execution') throw new Error('the database is away');
    };
    await session.place(ACCOUNT, [order('t/1')]);
    await new Promise((done) => setImmediate(done));
    stand.onReport = async () => undefined;
    expect(executionsIn(stand.reports)).toEqual([]);
    expect(stand.errors).toEqual(['reports of the paper broker could not be journaled']);
    await session.statement(ACCOUNT);
    await session.close();
    expect(executionsIn(stand.reports)).toHaveLength(1);
  });
});

describe('days', () => {
  test('an order for the day expires when the market is on another day, before it could trade there', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    await session.place(ACCOUNT, [order('t/1', LIMIT_55), order('t/2', { ...LIMIT_55, timeInForce: 'GTC' })]);
    stand.day = '2020-03-03';
    stand.prices.set('KO', at('54'));
    await session.marketMoved();
    await session.close();
    expect(eventsOf(stand, 't/1')).toEqual(['accept', 'expire']);
    expect(eventsOf(stand, 't/2')).toEqual(['accept', 'fill']);
  });

  test('trades are dated on the market day, one after the other', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    for (const ref of ['t/1', 't/2']) await session.place(ACCOUNT, [order(ref)]);
    await session.close();
    expect(executionsIn(stand.reports).map((report) => report.at.toISOString())).toEqual([
      `${FIRST_DAY}T20:00:00.000Z`,
      `${FIRST_DAY}T20:00:00.001Z`,
    ]);
  });

  test('what ended is told until the day after, unless its family lives or nobody has taken it', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    const stop = { side: 'SELL', type: 'STOP', stopPrice: '50', timeInForce: 'GTC', role: 'stop_loss' } as const;
    await session.place(ACCOUNT, [order('bracket/1'), order('bracket/2', { ...stop, parentRef: 'bracket/1' })]);
    await session.place(ACCOUNT, [order('told/1')]);
    await new Promise((done) => setImmediate(done));
    stand.onReport = async () => Promise.reject(new Error('away'));
    await session.place(ACCOUNT, [order('untold/1')]);
    for (const day of ['2020-03-03', '2020-03-04']) {
      const refs = (await session.statement(ACCOUNT)).completedOrders.map(({ orderRef }) => orderRef);
      expect(refs).toEqual(['bracket/1', 'told/1', 'untold/1']);
      stand.day = day;
      await session.marketMoved();
    }
    const statement = await session.statement(ACCOUNT);
    expect(statement.completedOrders.map(({ orderRef }) => orderRef)).toEqual(['bracket/1', 'untold/1']);
    expect(statement.reports).toHaveLength(4);
    expect(statement.positions).toMatchObject([{ quantity: '30' }]);
  });
});

describe('exits of a bracket', () => {
  const stop = { side: 'SELL', type: 'STOP', stopPrice: '50', timeInForce: 'GTC', parentRef: 't/1' } as const;

  test('shrink with an entry that was made smaller, and cannot be made larger than it', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    await session.place(ACCOUNT, [order('t/1', LIMIT_55), order('t/2', stop)]);
    await session.modify(ACCOUNT, 't/1', { quantity: '4' });
    stand.prices.set('KO', at('54'));
    await session.marketMoved();
    expect((await session.statement(ACCOUNT)).openOrders).toMatchObject([{ orderRef: 't/2', quantity: '4' }]);
    await expect(session.modify(ACCOUNT, 't/2', { quantity: '5' })).rejects.toMatchObject({ code: 'BROKER_REJECTED' });
    await session.modify(ACCOUNT, 't/2', { stopPrice: '53' });
  });

  test('that come late are for what is left to close, and refused where nothing is', async () => {
    const stand = createPaperStand();
    stand.prices.set('KO', at('55', 4));
    const session = await stand.open();
    await session.place(ACCOUNT, [order('t/1', LIMIT_55)]);
    await session.cancel(ACCOUNT, 't/1');
    await session.place(ACCOUNT, [order('t/2', stop)]);
    expect((await session.statement(ACCOUNT)).openOrders).toMatchObject([{ orderRef: 't/2', quantity: '4' }]);
    stand.prices.set('KO', at('49'));
    await session.marketMoved();
    const late = session.place(ACCOUNT, [order('t/3', stop)]);
    await expect(late).rejects.toMatchObject({ code: 'BROKER_REJECTED', effect: 'none' });
    expect((await session.statement(ACCOUNT)).positions).toEqual([]);
  });
});

describe('what is configured', () => {
  test('slippage worsens market orders and stops on the grid, and limits not at all', async () => {
    const stand = createPaperStand();
    const session = await stand.open({ slippageBps: 5 });
    await session.place(ACCOUNT, [order('t/1'), order('t/2', { side: 'SELL' })]);
    await session.place(ACCOUNT, [order('t/3', { type: 'STOP', stopPrice: '60' })]);
    await session.place(ACCOUNT, [order('t/4', { type: 'LIMIT', limitPrice: '60' })]);
    await session.close();
    expect(executionsIn(stand.reports).map(({ price }) => price)).toEqual(['60.03', '59.97', '60.03', '60']);
  });

  test('parts by chance are the same for the same seed and orders, and an order is whole in the end', async () => {
    const run = async (seed: number) => {
      const stand = createPaperStand();
      const session = await stand.open({ seed, partialFillProbability: 0.6 });
      for (const n of [1, 2, 3, 4])
        await session.place(ACCOUNT, [order(`t/${n}`, { quantity: '7', timeInForce: 'GTC' })]);
      for (let n = 0; n < 20; n += 1) await session.marketMoved();
      await session.close();
      return executionsIn(stand.reports).map(({ execId, quantity }) => `${execId} ${quantity}`);
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.length).toBeGreaterThan(4);
    expect(first.reduce((total, text) => total + Number(text.split(' ')[1]), 0)).toBe(28);
  });

  test('a refusal by chance takes the whole placement and tells it of each order', async () => {
    const stand = createPaperStand();
    const session = await stand.open({ rejectProbability: 1 });
    const orders = [order('t/1'), order('t/2', { side: 'SELL', type: 'STOP', stopPrice: '50', parentRef: 't/1' })];
    await expect(session.place(ACCOUNT, orders)).rejects.toMatchObject({ code: 'BROKER_REJECTED', effect: 'none' });
    const { positions, completedOrders } = await session.statement(ACCOUNT);
    await session.close();
    expect(positions).toEqual([]);
    expect(completedOrders.map(({ report }) => report?.event)).toEqual(['reject', 'reject']);
    expect([eventsOf(stand, 't/1'), eventsOf(stand, 't/2')]).toEqual([['reject'], ['reject']]);
  });

  test('short sales are refused where they are not allowed, with what other orders sell already', async () => {
    const stand = createPaperStand();
    const session = await stand.open({ allowShort: false });
    const sell = (ref: string, quantity: string) =>
      order(ref, { side: 'SELL', type: 'LIMIT', limitPrice: '70', quantity });
    const refused = { code: 'BROKER_REJECTED', effect: 'none' };
    await expect(session.place(ACCOUNT, [sell('t/1', '1')])).rejects.toMatchObject(refused);
    await session.place(ACCOUNT, [order('t/2')]);
    await session.place(ACCOUNT, [sell('t/3', '6')]);
    await expect(session.place(ACCOUNT, [sell('t/4', '5')])).rejects.toMatchObject(refused);
    await session.place(ACCOUNT, [sell('t/5', '4')]);
  });

  test('a commission of ours is asked with the parts before it', async () => {
    const stand = createPaperStand();
    stand.prices.set('KO', at('60', 4));
    const session = await stand.open({ commission: (_instrument, before) => `${before.length + 1}` });
    await session.place(ACCOUNT, [order('t/1')]);
    await session.marketMoved();
    await session.marketMoved();
    await session.close();
    const commissions = stand.reports.flatMap((report) => (report.kind === 'commission' ? [report.commissionUsd] : []));
    expect(commissions).toEqual(['1', '2', '3']);
  });
});

describe('accounts', () => {
  test('are apart: one cannot see, change or cancel what another has', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    await session.place('paper-1', [order('t/1', LIMIT_55)]);
    await session.place('paper-2', [order('t/2')]);
    await session.cancel('paper-2', 't/1');
    await expect(session.modify('paper-2', 't/1', { quantity: '20' })).rejects.toMatchObject({
      code: 'BROKER_REJECTED',
    });
    const [one, two] = [await session.statement('paper-1'), await session.statement('paper-2')];
    expect([one.openOrders.length, one.positions.length, one.cashUsd]).toEqual([1, 0, '100000']);
    expect([two.openOrders.length, two.positions.length, two.cashUsd]).toEqual([0, 1, '99399']);
  });

  test('of another store owner are left alone', async () => {
    const stand = createPaperStand();
    await stand.store.replace('somebody-else', 'not ours to read', 1);
    const session = await stand.open();
    await session.marketMoved();
    expect(session.state).toBe('ready');
  });

  test('that cannot be read keep the session from being ready until they can', async () => {
    const stand = createPaperStand();
    await stand.store.replace(ACCOUNT, 'torn', 1);
    const session = stand.start({ retryMs: 1 });
    await new Promise((done) => setImmediate(done));
    await expect(session.statement(ACCOUNT)).rejects.toMatchObject({ code: 'BROKER_NOT_READY', effect: 'none' });
    expect([session.state, stand.errors[0]]).toEqual([
      'connecting',
      'the paper broker cannot open its accounts; it tries again',
    ]);
    stand.store.load = async () => [];
    await untilReady(session);
    await session.marketMoved();
    expect((await session.statement(ACCOUNT)).openOrders).toEqual([]);
  });

  test('without a price or a day nothing is done', async () => {
    const stand = createPaperStand();
    const session = await stand.open();
    await session.place(ACCOUNT, [order('t/1', LIMIT_55)]);
    stand.prices.get = () => {
      throw new Error('the source is away');
    };
    const notReady = { code: 'BROKER_NOT_READY', effect: 'none' };
    await expect(session.place(ACCOUNT, [order('t/2')])).rejects.toMatchObject(notReady);
    await expect(session.marketMoved()).rejects.toMatchObject(notReady);
    await session.cancel(ACCOUNT, 't/1');
    expect((await session.statement(ACCOUNT)).openOrders).toEqual([]);
  });
});
