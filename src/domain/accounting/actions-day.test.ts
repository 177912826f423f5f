import { expect, test } from '@jest/globals';
import { actionsDay } from './actions-day.ts';

test.each([
  ['live before the session', true, '2026-03-04', '2026-03-04T14:29:59Z', '2026-03-03'],
  ['live from its opening on', true, '2026-03-04', '2026-03-04T14:30:00Z', '2026-03-04'],
  ['live, of a day that is over', true, '2026-03-03', '2026-03-04T05:30:00Z', '2026-03-03'],
  ['live in summer', true, '2026-07-01', '2026-07-01T13:29:00Z', '2026-06-30'],
  ['replayed', false, '2026-03-04', '2026-03-04T05:00:00Z', '2026-03-04'],
])('%s', (_case, isLive, today, now, day) => {
  expect(actionsDay(isLive, today, Date.parse(now))).toBe(day);
});
