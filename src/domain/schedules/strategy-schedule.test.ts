import { describe, expect, test } from '@jest/globals';
import { closedReason } from './firing-decision.ts';
import { type MarketRule, scheduleProblems } from './strategy-schedule.ts';

describe('a schedule', () => {
  const GOOD = { cron: '0 6 * * 1-5', timeZone: 'America/New_York', jitterSeconds: 0 };
  test.each([
    [GOOD, []],
    [{ ...GOOD, cron: '*/5 * * * *' }, []],
    [{ ...GOOD, cron: '*/4 * * * *' }, [/^cron: fires at 00:00 and again at 00:04; .* at least 5 minutes$/]],
    [{ ...GOOD, cron: '0,58 0,23 * * *' }, [/^cron: fires at 23:58 and again at 00:00/]],
    [{ ...GOOD, cron: '*/5 * * * *', jitterSeconds: 299 }, []],
    [{ ...GOOD, cron: '*/5 * * * *', jitterSeconds: 300 }, [/^jitterSeconds: must be shorter than the 5 minutes/]],
    [{ ...GOOD, cron: '0 0 30 2 *', timeZone: 'Nowhere' }, [/^timeZone: .*IANA/, /^cron: .*never fires/]],
  ])('%j', (schedule, problems) => {
    const found = scheduleProblems(schedule).map(({ field, problem }) => `${field}: ${problem}`);
    expect(found).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});

describe('a firing', () => {
  test.each([
    ['trading_days', '2026-11-25T11:00:00Z', null],
    ['trading_days', '2026-11-26T15:00:00Z', 'the New York Stock Exchange is closed on 2026-11-26'],
    ['trading_days', '2026-11-22T15:00:00Z', 'the New York Stock Exchange is closed on 2026-11-22'],
    // Friday in Greenwich, still the evening of Thanksgiving in New York, whose day counts.
    ['trading_days', '2026-11-27T04:00:00Z', 'the New York Stock Exchange is closed on 2026-11-26'],
    ['market_open', '2026-11-25T14:30:00Z', null],
    [
      'market_open',
      '2026-11-25T14:29:00Z',
      'the New York Stock Exchange is closed at 09:29 New York time on 2026-11-25',
    ],
    [
      'market_open',
      '2026-11-27T18:00:00Z',
      'the New York Stock Exchange is closed at 13:00 New York time on 2026-11-27',
    ],
    ['any', '2026-11-26T15:00:00Z', null],
    ['any', '2099-01-01T00:00:00Z', null],
    ['trading_days', '2031-01-02T15:00:00Z', 'the market calendar ends with 2030, before 2031-01-02'],
  ] as const)('under %s at %s', (rule: MarketRule, moment, reason) => {
    expect(closedReason(rule, Date.parse(moment))).toBe(reason);
  });
});
