import { describe, expect, test } from '@jest/globals';
import type { LineageStep } from './lineage.ts';
import { stepStatistics } from './statistics.ts';

function step(change: Partial<LineageStep>): LineageStep {
  return {
    ...{ id: '1.1', kind: 'activity', name: 's', summary: null, state: 'completed', taskQueue: null, input: [] },
    ...{ output: null, artifacts: [], attempts: 1, scheduledAt: '', startedAt: null, endedAt: null, queueMs: 0 },
    ...{ durationMs: 0, totalMs: 0, error: null, lastError: null, by: null, child: null },
    ...change,
  };
}

describe('statistics of a step', () => {
  test('take percentiles by the nearest rank', () => {
    const steps = Array.from({ length: 100 }, (_, index) => step({ durationMs: 100 - index, queueMs: null }));
    expect(stepStatistics('s', steps)).toMatchObject({
      durationMs: { p50: 50, p95: 95, max: 100 },
      queueMs: { p50: null, p95: null },
    });
    expect(stepStatistics('s', [step({ durationMs: 7 })]).durationMs).toEqual({ p50: 7, p95: 7, max: 7 });
  });

  test('count states, attempts and codes', () => {
    const failed = (code: string) =>
      step({ state: 'failed', attempts: 3, error: { code, message: '', retryable: true } });
    const steps = [step({}), step({ state: 'open', durationMs: null }), failed('B'), failed('A'), failed('B')];
    expect(stepStatistics('s', steps)).toMatchObject({
      ...{ count: 5, completed: 1, failed: 3, open: 1, attempts: { total: 11, most: 3 } },
      errors: [
        { code: 'B', count: 2 },
        { code: 'A', count: 1 },
      ],
    });
    expect(stepStatistics('s', [])).toMatchObject({ count: 0, attempts: { total: 0, most: 0 }, errors: [] });
  });
});
