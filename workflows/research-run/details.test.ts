import { describe, expect, test } from '@jest/globals';
import type { EnqueuedRun } from '../../src/contracts/activities/research.ts';
import { describeRun } from './details.ts';
import type { ProviderOutcome } from './messages.ts';

const run: EnqueuedRun = {
  requestGroupId: 'g',
  strategyId: 's',
  strategySlug: 'patience',
  strategyName: 'Patience',
  strategyVersion: 3,
  asOf: '2020-12-31',
  hold: false,
  tasks: [],
};
const working: ProviderOutcome = {
  provider: 'openai',
  taskId: 't1',
  state: 'working',
  recommendationCount: 0,
  failure: null,
  totalUsd: null,
};

describe('the details of a run', () => {
  test('have a row per provider with the last thing known of it', () => {
    const text = describeRun(run, [
      working,
      { ...working, provider: 'gemini', state: 'succeeded', recommendationCount: 4 },
      { ...working, provider: 'anthropic', state: 'executed', recommendationCount: 4, totalUsd: '100000' },
    ]);
    expect(text.split('\n')).toEqual([
      '**Patience** version 3, as of 2020-12-31',
      '',
      '| provider | state | result | workflow |',
      '| --- | --- | --- | --- |',
      '| openai | working |  | `job/t1` |',
      '| gemini | succeeded | 4 recommendations | `job/t1` |',
      '| anthropic | executed | total $100000 | `job/t1` |',
    ]);
  });

  test('say that the run is held', () => {
    expect(describeRun({ ...run, hold: true }, [])).toContain('held for manual steps');
  });

  test('keep a provider`s reason in its cell, whatever stands in it', () => {
    const failure = { code: 'JOB_FAILED', reason: `a | b ${'x'.repeat(500)}` };
    const row =
      describeRun(run, [{ ...working, state: 'failed', failure }])
        .split('\n')
        .at(-1) ?? '';
    expect(row.split('|')).toHaveLength(6);
    expect(row).toContain('JOB_FAILED: a / b x');
    expect(row.length).toBeLessThan(300);
  });
});
