import { describe, expect, test } from '@jest/globals';
import { ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { FoliosError } from '../src/contracts/errors.ts';
import { ProviderError } from '../src/ports/llm-provider.ts';
import { finalFailure, notYet, toFailure, withFailures } from './failures.ts';

describe('an activity`s error', () => {
  test.each([
    ['INPUT_INVALID', true],
    ['PROVIDER_UNAVAILABLE', false],
  ] as const)('%s becomes a failure of that type, final: %s', (code, nonRetryable) => {
    expect(toFailure(new FoliosError(code, 'because'))).toMatchObject({ type: code, message: 'because', nonRetryable });
  });

  test('without a code of ours is retried, since a passing fault is likelier than a defect', () => {
    expect(toFailure(new TypeError('socket hang up'))).toMatchObject({ type: 'INTERNAL', nonRetryable: false });
    expect(toFailure('text')).toMatchObject({ type: 'INTERNAL', message: 'text' });
    expect(toFailure(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toMatchObject({ type: 'INTERNAL' });
  });

  test('carries how long the provider asked to be left alone, for Temporal and for the workflow', () => {
    const facts = { code: 'PROVIDER_RATE_LIMITED', effect: 'none', retryAfterMs: 7000 } as const;
    expect(toFailure(new ProviderError('slow down', facts), { attempts: 2 })).toMatchObject({
      nextRetryDelay: 7000,
      details: [{ retryAfterMs: 7000, attempts: 2 }],
    });
  });

  test('that is a failure or a cancellation already stays as it is', () => {
    const final = finalFailure('JOB_FAILED', 'no');
    expect(toFailure(final)).toBe(final);
    const cancelled = new CancelledFailure('stop');
    expect(toFailure(cancelled)).toBe(cancelled);
  });

  test('reaches the workflow with its code from every wrapped activity', async () => {
    const { step } = withFailures({
      step: async (text: string) => {
        if (text === 'bad') throw new FoliosError('TASK_NOT_FOUND', 'none');
        return text;
      },
    });
    expect(await step('good')).toBe('good');
    await expect(step('bad')).rejects.toMatchObject({ type: 'TASK_NOT_FOUND', nonRetryable: true });
  });
});

test('waiting is no error to anybody who watches failures, and asks to be called again after whole milliseconds', () => {
  expect(notYet('JOB_NOT_ENDED', 'working', 1500.4)).toMatchObject({
    type: 'JOB_NOT_ENDED',
    nonRetryable: false,
    nextRetryDelay: 1500,
    category: ApplicationFailureCategory.BENIGN,
  });
  expect(notYet('JOB_NOT_ENDED', 'working', 0)).toMatchObject({ nextRetryDelay: 1 });
});
