import { expect, test } from '@jest/globals';
import { followMarketClock } from './tws-simulator.ts';

test('the simulator follows the market clock, only forward, and past a clock that cannot be read', async () => {
  const days = ['2021-01-04', '2020-12-31', null, '2021-03-01'];
  const turned: string[] = [];
  const { promise: allRead, resolve: readAll } = Promise.withResolvers<void>();
  const simulator = {
    day: '2020-12-31',
    async turnTo(day: string) {
      this.day = day;
      turned.push(day);
    },
  };
  const today = async () => {
    const day = days.shift();
    if (day === undefined) {
      readAll();
      return simulator.day;
    }
    if (day === null) throw new Error('PostgreSQL is away');
    return day;
  };
  const lines: string[] = [];
  const following = followMarketClock(simulator, today, (line) => lines.push(line), 1);
  await allRead;
  await following.stop();
  expect(turned).toEqual(['2021-01-04', '2021-03-01']);
  expect(lines.join('\n')).toContain('PostgreSQL is away');
});
