import { describe, expect, test } from '@jest/globals';
import type { StoredBatch } from './store.ts';
import { batchAt } from './timeline.ts';

function batch(change: Partial<StoredBatch> = {}): StoredBatch {
  return {
    id: 'b',
    sequence: 1,
    createdAtMs: 1000,
    latencyMs: 100,
    model: 'm',
    items: Array.from({ length: 4 }, (_unused, index) => ({ key: String(index), body: {}, outcome: null })),
    outcome: null,
    cancelRequestedAtMs: null,
    validationErrors: [],
    facts: {},
    ...change,
  };
}

const phases = (one: StoredBatch, ...times: number[]) => times.map((time) => batchAt(one, time).phase);

describe('the timeline of a batch', () => {
  test('goes from validation to its end, and its items are done one after the other', () => {
    expect(phases(batch(), 1000, 1009, 1010, 1084, 1085, 1099, 1100, 9999)).toEqual([
      'validating',
      'validating',
      'working',
      'working',
      'finalizing',
      'finalizing',
      'ended',
      'ended',
    ]);
    expect([1010, 1030, 1050, 1070, 1084, 1085].map((time) => batchAt(batch(), time).itemsDone)).toEqual([
      0, 1, 2, 3, 3, 4,
    ]);
    expect(batchAt(batch(), 9999)).toMatchObject({ workingAtMs: 1010, finalizingAtMs: 1085, endedAtMs: 1100 });
  });

  test('ends as it was armed, also without any latency', () => {
    for (const outcome of ['failed', 'expired', 'cancelled'] as const) {
      expect(batchAt(batch({ outcome }), 9999).phase).toBe(outcome);
      expect(batchAt(batch({ outcome, latencyMs: 0 }), 1000).phase).toBe(outcome);
    }
    expect(batchAt(batch({ latencyMs: 0 }), 1000).phase).toBe('ended');
    expect(phases(batch({ outcome: 'cancelled' }), 1059, 1060, 1079, 1080)).toEqual([
      'working',
      'cancelling',
      'cancelling',
      'cancelled',
    ]);
  });

  test('keeps the items that were done before a cancellation or an expiry', () => {
    expect(batchAt(batch({ cancelRequestedAtMs: 1050 }), 9999)).toMatchObject({ phase: 'cancelled', itemsDone: 2 });
    expect(batchAt(batch({ outcome: 'expired' }), 9999)).toMatchObject({ phase: 'expired', itemsDone: 2 });
    expect(batchAt(batch({ outcome: 'expired', items: batch().items.slice(0, 1) }), 9999).itemsDone).toBe(0);
  });

  test('is not changed by a cancellation that came after its end', () => {
    expect(batchAt(batch({ cancelRequestedAtMs: 1100 }), 9999).phase).toBe('ended');
  });
});
