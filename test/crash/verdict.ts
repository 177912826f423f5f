import { dec } from '../../src/domain/money/decimal.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import type { CrashCase } from './cases.ts';
import type { Fuse } from './crash-points.ts';
import type { Evidence } from './evidence.ts';
import type { Death } from './worker-process.ts';

/** What happened to one run, beside the evidence that it left. */
export interface Observed {
  readonly deaths: readonly Death[];
  readonly blown: Fuse | null;
  /** How the research run ended, in words. */
  readonly run: string;
  readonly evidence: Evidence;
}

/** Every promise that a row breaks, in words; empty for a row that holds. */
export function violationsOf(row: CrashCase, observed: Observed): string[] {
  const { evidence } = observed;
  const { task } = row.expected;
  const common = [
    ...killViolations(row, observed),
    ...expect('the task', evidence.task?.state, task),
    ...providerViolations(row, evidence),
    ...(evidence.corruptArtifacts.length === 0 ? [] : [`corrupt artifacts: ${evidence.corruptArtifacts.join(' ')}`]),
    ...expect('unbalanced transactions', evidence.unbalanced.join(' '), ''),
  ];
  return [...common, ...(task === 'failed' ? failureViolations(row, observed) : successViolations(row, observed))];
}

function killViolations(row: CrashCase, { deaths, blown, evidence }: Observed): string[] {
  if (row.kill === null) return expect('kills', deaths.length, 0);
  const at = blown === null ? 'nowhere' : `${blown.activity} ${blown.point}`;
  return [
    ...expect('deaths', deaths.map(({ signal, exitCode }) => signal ?? exitCode).join(', '), 'SIGKILL'),
    ...expect('killed', at, `${row.kill.activity} ${row.kill.point}`),
    ...(evidence.interruptions > 0 ? [] : ['Temporal knows of no interruption of the activity']),
  ];
}

/** One batch per question whatever crashed. A direct call may be lost with its answer, once, and is counted. */
function providerViolations({ mode, expected, person }: CrashCase, evidence: Evidence): string[] {
  const { batches, calls, usage, batchStatuses } = evidence;
  const isBatch = mode === ProviderMode.batch;
  const { questions, lostCalls, presumedCalls } = expected;
  const answered = expected.task === 'failed' ? 0 : questions;
  const count = (state: string) => usage.filter((one) => one.state === state).length;
  const unpaid = usage.filter((one) => dec(one.costUsd).isZero()).map((one) => one.state);
  const uncancelled = batchStatuses.filter((status) => !status.startsWith('cancel'));
  return [
    ...expect('batches at the provider', isBatch ? batches[0] : batches[0] + batches[1], isBatch ? 1 : 0),
    ...(isBatch ? expect('batches of the second question', batches[1], questions - 1) : []),
    ...expect('direct calls at the provider', calls, isBatch ? 0 : questions + lostCalls),
    ...expect('answered calls in the books', count('answered'), answered),
    ...expect('calls presumed paid', count('presumed'), presumedCalls),
    ...expect('calls in the books', usage.length, answered + presumedCalls),
    ...expect('calls without a cost', unpaid.join(' '), ''),
    ...(person === 'cancel' ? expect('batches left working', uncancelled.join(' '), '') : []),
  ];
}

function successViolations(row: CrashCase, { run, evidence }: Observed): string[] {
  return [
    ...expect('the run', run, 'executed'),
    ...expect('the workflows', evidence.workflows.join(' and '), 'COMPLETED and COMPLETED'),
    ...answerViolations(row, evidence),
    ...bookViolations(evidence),
  ];
}

/** A failed task has no orders, and its run says why. */
function failureViolations(row: CrashCase, { run, evidence }: Observed): string[] {
  const code = row.person === 'cancel' ? 'JOB_CANCELLED' : 'JOB_FAILED';
  return [
    ...expect('the failure', evidence.task?.failureCode, code),
    ...(run.includes(code) ? [] : [`the run: ${run}, which does not name ${code}`]),
    ...expect('the workflows', evidence.workflows.join(' and '), 'FAILED and NOT_FOUND'),
    ...expect('orders', evidence.orders.length, 0),
  ];
}

/** One accepted answer, which is the one that the recommendations come from, and all files of its way. */
function answerViolations({ mode, provider }: CrashCase, evidence: Evidence): string[] {
  const files =
    mode === ProviderMode.batch
      ? [`${provider}_batch_results.jsonl`, `${provider}_payload.jsonl`]
      : ['request.json', 'response.json'];
  const names = ['answer.txt', 'parsed.json', 'prompt.txt', 'structured.json', ...files].sort();
  const accepted = evidence.acceptedAnswers[0]?.join(' ') || 'an answer with recommendations';
  return [
    ...expect('artifacts', evidence.artifactNames.join(' '), names.join(' ')),
    ...expect('answers accepted', evidence.acceptedAnswers.length, 1),
    ...expect('recommendations', evidence.recommendedTickers.join(' '), accepted),
  ];
}

/** Every order of the ticket executed once, and every cent accounted for. */
function bookViolations({ orders, executions, ...evidence }: Evidence): string[] {
  const unfilled = orders.filter((one) => one.state !== 'FILLED').map((one) => `${one.ticker} ${one.state}`);
  const executed = new Set(executions.map((one) => one.orderId));
  return [
    ...(orders.length > 0 ? [] : ['no orders']),
    ...expect('orders not filled', unfilled.join(', '), ''),
    ...expect('executions', executions.length, orders.length),
    ...expect('orders with an execution', executed.size, orders.length),
    ...(evidence.task?.executedAt ? [] : ['the task is not marked as executed']),
    ...expect('positions that no execution explains', evidence.wrongPositions.join(' '), ''),
    ...expect('cash and positions', evidence.totalUsd, '100000.00'),
    ...expect('the ledger', evidence.ledgerTotalUsd, '100000.00'),
  ];
}

function expect(what: string, actual: unknown, expected: unknown): string[] {
  if (actual === expected) return [];
  return [`${what}: ${String(actual)}${expected === '' ? '' : `, not ${String(expected)}`}`];
}
