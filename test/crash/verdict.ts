import { dec } from '../../src/domain/money/decimal.ts';
import { ProviderMode } from '../../src/domain/research/provider.ts';
import type { CrashCase } from './cases.ts';
import { CrashPoint, type Fuse } from './crash-points.ts';
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
  return [
    ...killViolations(row, observed),
    ...expect('the run', observed.run, 'executed'),
    ...expect('the workflows', evidence.workflows.join(' and '), 'COMPLETED and COMPLETED'),
    ...expect('the task', evidence.task?.state, 'succeeded'),
    ...providerViolations(row, evidence),
    ...answerViolations(row, evidence),
    ...bookViolations(evidence),
  ];
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

/** One batch per task whatever crashed. A call without a job behind it may be lost with its answer, once, and is counted. */
function providerViolations(row: CrashCase, { batches, calls, usage }: Evidence): string[] {
  const count = (state: string) => usage.filter((one) => one.state === state).length;
  const unpaid = usage.filter((one) => dec(one.costUsd).isZero()).map((one) => one.state);
  const lost = row.mode === ProviderMode.batch ? 0 : lostCalls(row);
  const repeats = row.kill?.point === CrashPoint.beforeCall ? 0 : lost;
  return [
    ...expect('batches at the provider', batches, row.mode === ProviderMode.batch ? 1 : 0),
    ...expect('direct calls at the provider', calls, row.mode === ProviderMode.batch ? 0 : 1 + repeats),
    ...expect('answered calls in the books', count('answered'), 1),
    ...expect('calls presumed paid', count('presumed'), lost),
    ...expect('calls in the books', usage.length, 1 + lost),
    ...(unpaid.length === 0 ? [] : [`without a cost: ${unpaid.join(', ')}`]),
  ];
}

/** Killed after a direct call was begun and before its answer was recorded: it may have been billed. */
function lostCalls({ kill }: CrashCase): number {
  const points: readonly (CrashPoint | undefined)[] = [
    CrashPoint.beforeCall,
    CrashPoint.midCall,
    CrashPoint.afterEffect,
  ];
  return kill?.activity === 'submitJob' && points.includes(kill.point) ? 1 : 0;
}

function answerViolations(row: CrashCase, evidence: Evidence): string[] {
  const files =
    row.mode === ProviderMode.batch
      ? [`${row.provider}_batch_results.jsonl`, `${row.provider}_payload.jsonl`]
      : ['request.json', 'response.json'];
  const names = ['answer.txt', 'parsed.json', 'prompt.txt', 'structured.json', ...files].sort();
  return [
    ...expect('answers used', evidence.usedAnswers, 1),
    ...expect('artifacts', evidence.artifactNames.join(' '), names.join(' ')),
    ...(evidence.corruptArtifacts.length === 0 ? [] : [`corrupt artifacts: ${evidence.corruptArtifacts.join(' ')}`]),
    ...(evidence.recommendationCount > 0 ? [] : ['no recommendations']),
  ];
}

function bookViolations({ orders, executions, ...evidence }: Evidence): string[] {
  const unfilled = orders.filter((one) => one.state !== 'FILLED').map((one) => `${one.ticker} ${one.state}`);
  const executed = new Set(executions.map((one) => one.orderId));
  return [
    ...(orders.length > 0 ? [] : ['no orders']),
    ...(unfilled.length === 0 ? [] : [`orders not filled: ${unfilled.join(', ')}`]),
    ...expect('executions', executions.length, orders.length),
    ...expect('orders with an execution', executed.size, orders.length),
    ...(evidence.task?.executedAt ? [] : ['the task is not marked as executed']),
    ...expect('positions that no execution explains', evidence.wrongPositions.join(' '), ''),
    ...expect('unbalanced transactions', evidence.unbalanced.join(' '), ''),
    ...expect('cash and positions', evidence.totalUsd, '100000.00'),
    ...expect('the ledger', evidence.ledgerTotalUsd, '100000.00'),
  ];
}

function expect(what: string, actual: unknown, expected: unknown): string[] {
  return actual === expected ? [] : [`${what}: ${String(actual)}, not ${String(expected)}`];
}
