import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import { WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { type ResearchHarness, startResearchHarness } from '../factories/research-harness.ts';
import { eventsOf } from '../factories/workflow-history.ts';

let harness: ResearchHarness;
beforeAll(async () => {
  harness = await startResearchHarness();
}, 60_000);
afterAll(() => harness?.close());

const id = '3f1b6a52-7f0e-4c51-9e62-0d6a5b0c1d2e';
const CASES: readonly (readonly [type: string, args: readonly unknown[], code: ErrorCode, message: RegExp])[] = [
  ['researchRun', [], 'INPUT_INVALID', /strategyId: /],
  ['researchRun', [{}], 'INPUT_INVALID', /the workflow input is not valid: strategyId: /],
  ['researchRun', [null], 'INPUT_INVALID', /strategyId: /],
  ['researchRun', ['dreman-contrarian'], 'INPUT_INVALID', /input: .*object/],
  ['researchRun', [[]], 'INPUT_INVALID', /input: .*object/],
  ['researchRun', [{ strategyId: 7, hold: 'no', force: 1 }], 'INPUT_INVALID', /strategyId: .*; hold: .*; force: /],
  ['researchRun', [{ strategyId: 'dreman-contrarian', provider: 'openai' }], 'INPUT_INVALID', /"provider"/],
  ['researchRun', [{ strategyId: 'dreman-contrarian', providers: ['gpt'] }], 'INPUT_INVALID', /providers\.0: /],
  ['researchRun', [{ strategyId: 'dreman-contrarian', requestGroupId: 'x' }], 'INPUT_INVALID', /requestGroupId: /],
  ['researchRun', [{ strategyId: 'no-such-method' }], 'STRATEGY_NOT_FOUND', /"no-such-method"/],
  ['providerJob', [{}], 'INPUT_INVALID', /taskId: /],
  ['providerJob', [{ taskId: '../x', hold: 'yes' }], 'INPUT_INVALID', /taskId: .*; hold: /],
  ['providerJob', [{ taskId: id, more: 1 }], 'INPUT_INVALID', /"more"/],
  ['providerJob', [{ taskId: id }], 'TASK_NOT_FOUND', new RegExp(id)],
  ['executeTicket', [{}], 'INPUT_INVALID', /ticketId: .*; taskId: /],
  ['executeTicket', [{ ticketId: id, taskId: 12 }], 'INPUT_INVALID', /taskId: /],
  ['executeTicket', [{ ticketId: id, taskId: id, initialBalanceUsd: -1 }], 'INPUT_INVALID', /initialBalanceUsd: /],
  ['executeTicket', [{ ticketId: id, taskId: id, account: 'x' }], 'INPUT_INVALID', /"account"/],
  ['executeTicket', [{ ticketId: id, taskId: id }], 'TASK_NOT_FOUND', new RegExp(id)],
  ['planResearch', [{ dryRun: 'yes' }], 'INPUT_INVALID', /dryRun: /],
  ['planResearch', [{ strategy: 'all' }], 'INPUT_INVALID', /"strategy"/],
  ['snapshotPortfolios', [{ marketDate: '2021-02-30' }], 'INPUT_INVALID', /marketDate: /],
  ['snapshotPortfolios', [{ date: '2021-02-03' }], 'INPUT_INVALID', /"date"/],
];

describe('an input that a plain client gets wrong', () => {
  test.concurrent.each(CASES)('fails %s at once and readably: %j is %s', async (type, args, code, message) => {
    const handle = await harness.client.workflow.start(type, {
      workflowId: randomUUID(),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [...args],
    });
    await expect(handle.result()).rejects.toMatchObject({
      name: 'WorkflowFailedError',
      cause: { name: 'ApplicationFailure', type: code, nonRetryable: true, message: expect.stringMatching(message) },
    });
    const events = await eventsOf(handle);
    expect(events.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    expect(events.length).toBeLessThan(15);
  });
});

test('whoever waits for the rows of a run is told at once why there are none', async () => {
  const start = harness.folios.startResearchRun({ strategyId: 'no-such-method', requestGroupId: randomUUID() });
  await expect(start).rejects.toMatchObject({
    cause: { type: 'STRATEGY_NOT_FOUND', message: expect.stringContaining('"no-such-method"') },
  });
});

test('nothing is half done after any of them', async () => {
  const { services } = harness;
  expect(await services.research.listTasks({})).toEqual([]);
  expect(await services.portfolio.listAccounts()).toEqual([]);
});
