import {
  ActivityFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type {
  DeskReconcileActivities,
  ReconcilableAccount,
  ReconcileActivities,
  Reconciliation,
} from '../../src/contracts/activities/reconcile.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { accountTaskQueue } from '../../src/contracts/task-queues.ts';
import { describeDifference } from '../../src/domain/orders/compare-books.ts';
import { finalFailure, stepFailure } from '../failures.ts';
import type { NotReconciled, ReconcileBrokerInput, ReconcileBrokerResult } from './messages.ts';

const { listReconcilable } = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
  summary: 'list the accounts',
});

/** Compares our journal with the brokers' books, account by account; one that cannot be asked never stops the others. */
export async function reconcileBroker(input: ReconcileBrokerInput): Promise<ReconcileBrokerResult> {
  try {
    const accounts = await listReconcilable(input);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'reconcile' }]);
    const outcomes = await Promise.all(accounts.map(reconcile));
    const reconciled = outcomes.filter((one) => 'differences' in one);
    const failed = outcomes.filter((one) => 'code' in one);
    setCurrentDetails([...reconciled.map(inWords), ...failed.map(failureInWords)].join('\n'));
    return { reconciled, failed };
  } catch (error) {
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }
}

async function reconcile(account: ReconcilableAccount): Promise<Reconciliation | NotReconciled> {
  const { reconcileAccount } = proxyActivities<DeskReconcileActivities>({
    taskQueue: accountTaskQueue(account.accountId),
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: '6 seconds',
    // Nobody owns the session, or the broker is away: the next run of the schedule asks again.
    scheduleToCloseTimeout: '2 minutes',
    retry: { initialInterval: '2 seconds', maximumInterval: '30 seconds' },
    summary: `compare ${account.name} with its broker`,
  });
  try {
    return await reconcileAccount();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const { code, reason } = stepFailure(error, 'BROKER_NOT_READY');
    return { ...account, code, reason };
  }
}

function inWords({ accountName, differences, adopted, expired, external, paused }: Reconciliation): string {
  const verdict = differences.length === 0 ? 'agrees with its broker' : differences.map(describeDifference).join('; ');
  const more = [
    ...(paused ? ['**the account is paused**'] : []),
    ...(adopted.length > 0 ? [`${adopted.length} external fills adopted`] : []),
    ...(expired.length > 0 ? [`${expired.length} orders expired`] : []),
    ...(external.length > 0 ? [`working outside folios: ${external.join(', ')}`] : []),
  ];
  return `- ${accountName}: ${[verdict, ...more].join('; ')}`;
}

function failureInWords({ name, code, reason }: NotReconciled): string {
  return `- ${name}: not compared, ${code}: ${reason}`;
}
