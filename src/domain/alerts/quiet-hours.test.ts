import { describe, expect, test } from '@jest/globals';
import { quietForMs } from './quiet-hours.ts';

const MINUTE_MS = 60_000;
const night = { from: '22:00', to: '07:00', timeZone: 'America/New_York' };

describe('quiet hours', () => {
  test.each([
    ['2026-03-02T02:59:59Z', 0],
    ['2026-03-02T03:00:00Z', 540 * MINUTE_MS],
    ['2026-03-02T11:59:30Z', 30_000],
    ['2026-03-02T12:00:00Z', 0],
  ])('overnight, by the clocks of their zone: at %s there are %d ms left', (time, left) => {
    expect(quietForMs(night, new Date(time))).toBe(left);
  });

  test('follow the zone when its clocks change', () => {
    expect(quietForMs(night, new Date('2026-07-01T02:00:00Z'))).toBe(540 * MINUTE_MS);
    expect(quietForMs(night, new Date('2026-07-01T11:00:00Z'))).toBe(0);
  });

  test('within a day end on the same day; from and to alike are never', () => {
    const noon = { from: '12:00', to: '13:00', timeZone: 'UTC' };
    expect(quietForMs(noon, new Date('2026-03-02T12:15:00Z'))).toBe(45 * MINUTE_MS);
    expect(quietForMs({ ...noon, to: '12:00' }, new Date('2026-03-02T12:00:00Z'))).toBe(0);
    expect(quietForMs(null, new Date('2026-03-02T12:00:00Z'))).toBe(0);
  });
});
