import { describe, expect, test } from '@jest/globals';
import { parseIbTime } from './ib-time.ts';

describe('times of TWS', () => {
  test.each([
    ['20261121 10:00:01 US/Eastern', '2026-11-21T15:00:01.000Z'],
    ['20260721 10:00:01 US/Eastern', '2026-07-21T14:00:01.000Z'],
    ['20261121 23:30:00 Asia/Hong_Kong', '2026-11-21T15:30:00.000Z'],
    ['20261121-10:00:01', '2026-11-21T10:00:01.000Z'],
    ['20261121  10:00:01', '2026-11-21T09:00:01.000Z'],
    ['20260329 03:30:00 Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(parseIbTime(text, 'Europe/Berlin')?.toISOString()).toBe(instant);
  });

  test.each(['', 'now', '20261121', '20261121 10:00:01 Atlantis/Capital', '2026-11-21 10:00:01'])(
    '%p has no meaning and is not guessed',
    (text) => {
      expect(parseIbTime(text, 'UTC')).toBeNull();
    },
  );
});
