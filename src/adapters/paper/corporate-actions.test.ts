import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DueAction } from '../../domain/accounting/corporate-actions.ts';
import type { PaperQuote } from './paper-options.ts';
import { at, createPaperStand, FIRST_DAY, order, type PaperStand } from './testing/paper-stand.ts';

const EX_DATE = '2020-03-04';
const NEXT_DAY = '2020-03-05';
const SPLIT: DueAction = {
  ...{ symbol: 'KO', priceUsd: '30' },
  action: { kind: 'split', exDate: EX_DATE, ratio: { to: 2, from: 1 } },
};
const DIVIDEND: DueAction = {
  ...{ symbol: 'KO', priceUsd: '30' },
  action: { kind: 'dividend', exDate: NEXT_DAY, perShareUsd: '0.41' },
};

describe('what befalls shares that are held at the paper broker', () => {
  let stand: PaperStand;
  let booked: string[];
  /** Up to which day the source can tell; the market's day where it is null. */
  let known: string | null;
  let asked: string[];
  beforeEach(() => {
    stand = createPaperStand();
    booked = [];
    known = null;
    asked = [];
  });

  const open = (due: readonly DueAction[], book = async (through: string) => void booked.push(through)) =>
    stand.open({
      account: async () => ({
        openingCashUsd: '100000',
        market: {
          today: async () => stand.day,
          quote: async ({ symbol }): Promise<PaperQuote | null> => stand.prices.get(symbol) ?? null,
          actions: {
            through: (today) => known ?? today,
            due: async (symbols, { after, through }) => {
              asked.push(`${symbols.join(' ')} ${after} ${through}`);
              return due.filter(({ action }) => action.exDate > after && action.exDate <= through);
            },
            book,
          },
        },
      }),
    });
  const books = async (session: Awaited<ReturnType<typeof open>>) => {
    const { positions, cashUsd, openOrders } = await session.statement('paper');
    const held = positions.map(({ quantity, averageCost }) => `${quantity} at ${Number(averageCost).toFixed(3)}`);
    return { held, cashUsd: Number(cashUsd), open: openOrders.map(({ orderRef }) => orderRef) };
  };

  test('a split scales the position and cancels its orders with the reason, before anything trades at the new price', async () => {
    const session = await open([SPLIT]);
    await session.place('paper', [order('in')]);
    await session.place('paper', [order('limit', { type: 'LIMIT', limitPrice: '50', timeInForce: 'GTC' })]);
    await session.place('paper', [
      order('other', {
        ...{ type: 'LIMIT', limitPrice: '50', timeInForce: 'GTC' },
        tradable: { kind: 'stock', symbol: 'PEP' },
      }),
    ]);
    const before = await books(session);
    stand.day = EX_DATE;
    stand.prices.set('KO', at('30'));
    await session.marketMoved();
    expect(await books(session)).toEqual({ held: ['20 at 30.050'], cashUsd: before.cashUsd, open: ['other'] });
    expect(stand.reports.at(-1)).toMatchObject({ orderRef: 'limit', event: 'cancel', reason: 'split 2 for 1' });
    expect(booked).toEqual([EX_DATE]);
    expect(asked).toEqual([`KO PEP ${FIRST_DAY} ${EX_DATE}`]);
    await session.close();
  });

  test('days that nobody saw are made up for in their order, once, whoever opens the account next', async () => {
    const session = await open([SPLIT, DIVIDEND]);
    await session.place('paper', [order('in')]);
    const { cashUsd } = await books(session);
    await session.close();
    stand.day = '2020-03-06';
    const later = await open([SPLIT, DIVIDEND]);
    const after = { held: ['20 at 30.050'], cashUsd: cashUsd + 8.2, open: [] };
    expect(await books(later)).toMatchObject(after);
    await later.close();
    const again = await open([SPLIT, DIVIDEND]);
    expect(await books(again)).toMatchObject(after);
    expect(booked).toEqual(['2020-03-06']);
    await again.close();
  });

  test('while the owner’s books cannot be written nothing changes here, and no order is taken', async () => {
    const failing = async () => {
      throw new Error('no database');
    };
    const session = await open([SPLIT], failing);
    await session.place('paper', [order('in')]);
    stand.day = EX_DATE;
    const refusal = { code: 'BROKER_NOT_READY', effect: 'none' };
    await expect(session.place('paper', [order('more')])).rejects.toMatchObject(refusal);
    await expect(session.statement('paper')).rejects.toMatchObject(refusal);
    await session.close();
    const mended = await open([SPLIT]);
    expect(await books(mended)).toMatchObject({ held: ['20 at 30.050'], open: [] });
    await mended.close();
  });

  test('a crash after the owner’s books were written repeats the day: they are asked again, and it is counted once here', async () => {
    const session = await open([SPLIT]);
    await session.place('paper', [order('in')]);
    stand.day = EX_DATE;
    const { store } = stand;
    stand.store = {
      ...store,
      replace: async () => {
        throw new Error('killed');
      },
    };
    await session.close();
    const dying = await open([SPLIT]);
    await expect(dying.marketMoved()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await dying.close();
    stand.store = store;
    const next = await open([SPLIT]);
    expect(await books(next)).toMatchObject({ held: ['20 at 30.050'] });
    expect(booked).toEqual([EX_DATE, EX_DATE]);
    await next.close();
  });

  test('fills that could not be journaled are told again before a split counts what is held', async () => {
    const session = await open([SPLIT]);
    stand.onReport = async () => {
      throw new Error('no database');
    };
    await session.place('paper', [order('in')]);
    stand.day = EX_DATE;
    await expect(session.marketMoved()).rejects.toMatchObject({ code: 'BROKER_NOT_READY', effect: 'none' });
    expect(booked).toEqual([]);
    stand.onReport = async () => undefined;
    await session.marketMoved();
    expect(booked).toEqual([EX_DATE]);
    expect(stand.reports.filter(({ kind }) => kind === 'execution')).toHaveLength(1);
    await session.close();
  });

  test('while a live market cannot tell its day’s actions yet, the day before counts, and they follow on the same day', async () => {
    const session = await open([SPLIT]);
    await session.place('paper', [order('in')]);
    stand.day = EX_DATE;
    known = '2020-03-03';
    expect(await books(session)).toMatchObject({ held: ['10 at 60.100'] });
    known = null;
    expect(await books(session)).toMatchObject({ held: ['20 at 30.050'] });
    expect(booked).toEqual(['2020-03-03', EX_DATE]);
    expect(asked).toEqual([`KO ${FIRST_DAY} 2020-03-03`, `KO 2020-03-03 ${EX_DATE}`]);
    await session.close();
  });

  test('a short position pays the dividend, and a fraction of a share is paid out', async () => {
    const short = await open([DIVIDEND]);
    await short.place('paper', [order('out', { side: 'SELL' })]);
    const { cashUsd } = await books(short);
    stand.day = NEXT_DAY;
    expect(await books(short)).toMatchObject({
      held: [expect.stringMatching(/^-10 /)],
      cashUsd: cashUsd - 4.1,
    });
    await short.close();

    stand = createPaperStand();
    const reverse: DueAction = {
      ...SPLIT,
      priceUsd: '240',
      action: { kind: 'split', exDate: EX_DATE, ratio: { to: 1, from: 4 } },
    };
    const session = await open([reverse]);
    await session.place('paper', [order('in')]);
    const before = await books(session);
    stand.day = EX_DATE;
    expect(await books(session)).toMatchObject({
      held: [expect.stringMatching(/^2 /)],
      cashUsd: before.cashUsd + 120,
    });
    await session.close();
  });
});
