import { describe, expect, test } from '@jest/globals';
import { batchStatusOf, operationSchema, resultsOf } from './operation.ts';

const statusOf = (metadata: object, more: object = {}) =>
  batchStatusOf(operationSchema.parse({ name: 'batches/b', metadata, ...more }));

describe('a Gemini batch', () => {
  test.each([
    ['PENDING', 'working'],
    ['RUNNING', 'working'],
    ['CANCELLING', 'working'],
    ['SUCCEEDED', 'ended'],
    ['FAILED', 'failed'],
    ['CANCELLED', 'cancelled'],
    ['EXPIRED', 'expired'],
  ])('in state %s is %s, under both of its prefixes', (word, state) => {
    expect(statusOf({ state: `BATCH_STATE_${word}` })).toMatchObject({ state, providerStatus: `BATCH_STATE_${word}` });
    expect(statusOf({ state: `JOB_STATE_${word}` })).toMatchObject({ state });
  });

  test('shows its counts, which come as strings, and the cause that the SDK drops', () => {
    const batchStats = { requestCount: '3', successfulRequestCount: '1', failedRequestCount: '1' };
    const failed = statusOf({ state: 'BATCH_STATE_FAILED', batchStats }, { error: { code: 13, message: 'no quota' } });
    expect(failed).toMatchObject({ counts: { total: 3, completed: 1, failed: 1 }, reason: 'no quota' });
    expect(statusOf({ state: 'BATCH_STATE_FAILED' }).reason).toBe('the provider gave no reason');
  });

  test('has its results inline, in a file, or not at all', () => {
    const at = (output: object | undefined, more: object = {}) =>
      resultsOf(operationSchema.parse({ name: 'n', metadata: { state: 's', output }, ...more }));
    expect(at({ inlinedResponses: { inlinedResponses: [1] } })).toEqual({ inline: [1] });
    expect(at({ responsesFile: 'files/f' })).toEqual({ fileName: 'files/f' });
    expect(at(undefined, { response: { responsesFile: 'files/g' } })).toEqual({ fileName: 'files/g' });
    expect(at(undefined)).toBeNull();
  });
});
