import { describe, expect, test } from '@jest/globals';
import { createPacer, Priority } from './pacing.ts';
import { manualTimers } from './testing/manual-timers.ts';

describe('pacing', () => {
  test('sends at once below the limit and never more than the limit in any window', () => {
    const timers = manualTimers();
    const pacer = createPacer({ limit: 40, windowMs: 1_000 }, timers);
    const sentAtMs: number[] = [];
    for (let n = 0; n < 100; n += 1) pacer.submit(Priority.query, () => void sentAtMs.push(timers.elapsedMs()));
    expect(sentAtMs).toHaveLength(40);
    timers.advance(3_000);
    expect(sentAtMs).toHaveLength(100);
    const within = sentAtMs.map((at) => sentAtMs.filter((one) => one >= at && one < at + 1_000).length);
    expect(Math.max(...within)).toBe(40);
  });

  test('a cancel overtakes everything that waits, an order overtakes questions, and each keeps its order', () => {
    const timers = manualTimers();
    const pacer = createPacer({ limit: 1, windowMs: 1_000 }, timers);
    const sent: string[] = [];
    const submit = (priority: Priority, name: string) => pacer.submit(priority, () => void sent.push(name));
    submit(Priority.query, 'first');
    submit(Priority.query, 'question 1');
    submit(Priority.query, 'question 2');
    submit(Priority.order, 'order');
    submit(Priority.cancel, 'cancel');
    timers.advance(10_000);
    expect(sent).toEqual(['first', 'cancel', 'order', 'question 1', 'question 2']);
  });

  test('what was cleared is never sent', () => {
    const timers = manualTimers();
    const pacer = createPacer({ limit: 1, windowMs: 1_000 }, timers);
    const sent: string[] = [];
    pacer.submit(Priority.order, () => void sent.push('before'));
    pacer.submit(Priority.order, () => void sent.push('leftover'));
    pacer.clear();
    timers.advance(10_000);
    expect(sent).toEqual(['before']);
    expect(timers.pending).toBe(0);
  });
});
