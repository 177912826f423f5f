import { expect, test } from '@jest/globals';
import type { MarketDataSources } from '../../ports/market-data.ts';
import { createMarketClock } from './market-clock.ts';

test.each([
  ['live, on today’s date in New York', false, '2026-11-20'],
  ['simulated, on the replayed day', true, '2020-12-31'],
])('a source whose prices are %s', async (_where, simulated, day) => {
  const clock = createMarketClock(
    { get: async () => '2020-12-31', advance: async () => true },
    '2018-01-02',
    { now: () => new Date('2026-11-21T04:00:00Z') },
    { source: () => ({ simulated }) } as unknown as MarketDataSources,
  );
  expect(await clock.today('ibkr')).toBe(day);
});
