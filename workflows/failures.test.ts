import { describe, expect, test } from '@jest/globals';
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common';
import { stepFailure } from './failures.ts';

const inActivity = (cause: Error, retryState: RetryState = RetryState.NON_RETRYABLE_FAILURE) =>
  new ActivityFailure('Activity task failed', 'someStep', '1', retryState, 'worker', cause);
const inChild = (cause: Error) =>
  new ChildWorkflowFailure('default', { workflowId: 'job/1' }, 'providerJob', RetryState.NON_RETRYABLE_FAILURE, cause);

describe('a failed step', () => {
  test('gives code, reason and facts of our failure under all of Temporal`s wrappers', () => {
    const cause = ApplicationFailure.create({
      type: 'PROVIDER_RATE_LIMITED',
      message: 'slow down',
      details: [{ retryAfterMs: 1500, attempts: 2 }],
    });
    const expected = {
      code: 'PROVIDER_RATE_LIMITED',
      reason: 'slow down',
      retryable: true,
      facts: { retryAfterMs: 1500, attempts: 2 },
    };
    expect(stepFailure(inActivity(cause), 'JOB_TIMED_OUT')).toEqual(expected);
    expect(stepFailure(inChild(inActivity(cause)), 'JOB_TIMED_OUT')).toEqual(expected);
  });

  test('without facts proves nothing about the effect', () => {
    const failure = stepFailure(inActivity(ApplicationFailure.nonRetryable('no', 'PROVIDER_REJECTED')), 'INTERNAL');
    expect(failure).toEqual({
      code: 'PROVIDER_REJECTED',
      reason: 'no',
      retryable: false,
      facts: { retryAfterMs: null, attempts: null },
    });
  });

  test.each([
    ['a type that is none of our codes', inActivity(ApplicationFailure.create({ type: 'TypeError', message: 'oops' }))],
    ['an error that no step threw', new Error('oops')],
    ['something that is no error', 'oops'],
  ])('is INTERNAL with its message for %s', (_, error) => {
    expect(stepFailure(error, 'JOB_TIMED_OUT')).toMatchObject({ code: 'INTERNAL', reason: 'oops' });
  });

  test('has the caller`s code where it timed out', () => {
    const cause = new TimeoutFailure('activity StartToClose timeout', undefined, 'START_TO_CLOSE');
    expect(stepFailure(inActivity(cause), 'SUBMIT_IN_DOUBT')).toMatchObject({
      code: 'SUBMIT_IN_DOUBT',
      reason: 'the step timed out (START_TO_CLOSE)',
      retryable: false,
    });
  });

  test('has the caller`s code also where the server gave up because the next attempt would come too late', () => {
    const cause = ApplicationFailure.create({ type: 'JOB_NOT_ENDED', message: 'the provider says in_progress' });
    expect(stepFailure(inActivity(cause, RetryState.TIMEOUT), 'JOB_TIMED_OUT')).toMatchObject({
      code: 'JOB_TIMED_OUT',
      reason: 'not in the time allowed: the provider says in_progress',
    });
  });
});
