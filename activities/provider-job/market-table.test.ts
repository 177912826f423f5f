import { expect, test } from '@jest/globals';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import type { MarketData } from '../../src/ports/market-data.ts';
import { portDouble } from '../../test/factories/port-double.ts';
import { createMarketTable } from './market-table.ts';

const strategy = { priceSource: 'yahoo', universe: ['KO', 'PG'] } as unknown as ResearchStrategy;

function tableOver(closes: () => Promise<readonly { marketDate: string; close: string }[]>) {
  const asked: string[] = [];
  let now = 0;
  const source = portDouble<MarketData>({
    closes: async (ticker, _from, to) => {
      asked.push(`${ticker} ${to}`);
      return closes();
    },
  });
  const table = createMarketTable({ source: () => source }, { now: () => new Date(now) });
  const later = (ms: number) => {
    now += ms;
  };
  return { table, asked, later };
}

const twoDays = async () => [
  { marketDate: '2020-12-30', close: '10' },
  { marketDate: '2020-12-31', close: '11' },
];

test('the providers of a run are asked with one reading of the market, another day or a later run with another', async () => {
  const { table, asked, later } = tableOver(twoDays);
  const tables = await Promise.all([table(strategy, '2020-12-31'), table(strategy, '2020-12-31')]);
  expect(tables[0]?.map((row) => [row.ticker, row.price, row.high52w, row.low52w])).toEqual([
    ['KO', '11', '11', '10'],
    ['PG', '11', '11', '10'],
  ]);
  expect(tables[1]).toBe(tables[0]);
  expect(asked).toEqual(['KO 2020-12-31', 'PG 2020-12-31']);
  await table(strategy, '2021-01-04');
  later(60_000);
  await table(strategy, '2020-12-31');
  expect(asked).toHaveLength(6);
});

test('a failure is not kept, and a share without history is named', async () => {
  let fails = true;
  const { table } = tableOver(async () => (fails ? [] : twoDays()));
  await expect(table(strategy, '2020-12-31')).rejects.toMatchObject({ code: 'TICKER_UNKNOWN' });
  fails = false;
  expect(await table(strategy, '2020-12-31')).toHaveLength(2);
});
