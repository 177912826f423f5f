import { describe, expect, test } from '@jest/globals';
import { reconnectDelayMs } from './backoff.ts';

describe('the delay before a reconnect', () => {
  test('doubles with each attempt, up to half a minute', () => {
    expect([0, 1, 2, 3, 10, 5_000].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([
      500, 1_000, 2_000, 4_000, 30_000, 30_000,
    ]);
  });

  test('is spread over the upper half', () => {
    expect(reconnectDelayMs(1, 0.5)).toBe(750);
    expect(reconnectDelayMs(1, 0.999_999)).toBe(500);
  });
});
