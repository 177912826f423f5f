import { expect, test } from '@jest/globals';
import { isTaskEnded, nextTaskState, TaskEvent, TaskState } from './task-state.ts';

test('a task moves only by the table; a repeated event never moves it back', () => {
  const moves = Object.values(TaskState).flatMap((state) =>
    Object.values(TaskEvent).flatMap((event) => {
      const next = nextTaskState(state, event);
      return next === null ? [] : [`${state} ${event} ${next}`];
    }),
  );
  expect(moves).toEqual([
    'pending start running',
    'pending fail failed',
    'pending deny denied',
    'running start running',
    'running submitted awaiting_results',
    'running fail failed',
    'running deny denied',
    'awaiting_results start awaiting_results',
    'awaiting_results submitted awaiting_results',
    'awaiting_results succeed succeeded',
    'awaiting_results fail failed',
    'awaiting_results ask_again running',
    'succeeded succeed succeeded',
    'failed fail failed',
    'denied deny denied',
  ]);
});

test('a task has ended when it succeeded, failed or was denied', () => {
  expect(Object.values(TaskState).filter(isTaskEnded)).toEqual(['succeeded', 'failed', 'denied']);
});
