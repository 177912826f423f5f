import { describe, expect, test } from '@jest/globals';
import { ERRORS, FoliosError } from '../contracts/errors.ts';
import { describeFailure } from './failure.ts';

describe('describeFailure', () => {
  test.each([
    [
      'a folios error',
      new FoliosError('PORT_IN_USE', 'port 5001 is taken', { port: 5001 }),
      'PORT_IN_USE',
      'port 5001 is taken',
    ],
    [
      'a workflow’s failure under Temporal’s wrappers',
      new Error('Workflow execution failed', {
        cause: new Error('Activity task failed', {
          cause: Object.assign(new Error('no such task'), { type: 'TASK_NOT_FOUND' }),
        }),
      }),
      'TASK_NOT_FOUND',
      'no such task',
    ],
    [
      'an unreachable Temporal',
      new Error('Failed to call', { cause: Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }) }),
      'TEMPORAL_UNREACHABLE',
      'Temporal does not answer (14 UNAVAILABLE); start folios with `npm start`, or check TEMPORAL_ADDRESS',
    ],
    [
      'an unreachable database on both address families',
      Object.assign(new AggregateError([new Error('::1')], ''), { code: 'ECONNREFUSED' }),
      'DATABASE_UNREACHABLE',
      'PostgreSQL does not answer: ECONNREFUSED',
    ],
    [
      'a workflow that has ended',
      Object.assign(new Error('not found'), { name: 'WorkflowNotFoundError' }),
      'TASK_STATE_CONFLICT',
      'the workflow has ended or was never started',
    ],
    [
      'a workflow that a person terminated',
      new Error('Workflow execution terminated', {
        cause: Object.assign(new Error('by hand'), { name: 'TerminatedFailure' }),
      }),
      'JOB_CANCELLED',
      'the workflow was cancelled or terminated: by hand',
    ],
    ['any other error', new TypeError('x is not a function'), 'INTERNAL', 'x is not a function'],
    ['a thrown text', 'boom', 'INTERNAL', 'boom'],
    ['an error with a foreign code', Object.assign(new Error('odd'), { code: 'toString' }), 'INTERNAL', 'odd'],
  ])('%s', (_case, error, code, message) => {
    expect(describeFailure(error)).toMatchObject({ code, message });
  });

  test('an endless chain of causes ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(describeFailure(error).code).toBe('INTERNAL');
    expect(Object.keys(ERRORS)).toContain('INTERNAL');
  });
});
