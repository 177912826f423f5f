import type { Client } from '@temporalio/client';
import protocol from '@temporalio/proto';
import { FoliosError } from '../../contracts/errors.ts';
import type { ExecutionFilter, HistorySource } from '../../ports/history-source.ts';
import { numberOf } from './history-event-parts.ts';
import { historyEvents } from './history-events.ts';
import { fromHistoryJson, toHistoryJson } from './history-json.ts';
import { createPayloadReader, type Decoding } from './history-payloads.ts';

type WorkflowService = Client['workflowService'];

// A CommonJS package whose names Node cannot list: only its default import carries values.
const { WorkflowExecutionStatus } = protocol.temporal.api.enums.v1;
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;
const UNANSWERED = [4, 14];

/** Binds the port to a namespace. */
export function createHistorySource(
  service: WorkflowService,
  namespace: string,
  dataConverter: Decoding | undefined,
): HistorySource {
  const reader = createPayloadReader(dataConverter);

  return {
    async fetch(workflowId, runId) {
      const described = await unlessGone(() =>
        service.describeWorkflowExecution({
          namespace,
          execution: { workflowId, ...(runId === null ? {} : { runId }) },
        }),
      );
      const found = described?.workflowExecutionInfo?.execution?.runId;
      if (!found) return null;
      const events = await unlessGone(() => fetchEvents(service, namespace, workflowId, found));
      return events === null || events.length === 0
        ? null
        : { workflowId, runId: found, json: toHistoryJson({ events }) };
    },

    async decode({ workflowId, runId, json }) {
      return { workflowId, runId, events: await historyEvents(fromHistoryJson(json).events ?? [], reader) };
    },

    async list(filter, { size, token }) {
      const answer = await reaching(() =>
        service.listWorkflowExecutions({
          namespace,
          query: queryOf(filter),
          pageSize: size,
          ...(token === null ? {} : { nextPageToken: Buffer.from(token, 'base64') }),
        }),
      );
      const items = (answer.executions ?? []).map((one) => ({
        workflowId: one.execution?.workflowId ?? '',
        runId: one.execution?.runId ?? '',
        workflowType: one.type?.name ?? '',
        startedAt: dateOf(one.startTime) ?? new Date(0),
        closedAt:
          one.status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING ? null : dateOf(one.closeTime),
      }));
      const next = answer.nextPageToken;
      return { items, nextToken: next && next.length > 0 ? Buffer.from(next).toString('base64') : null };
    },
  };
}

async function fetchEvents(service: WorkflowService, namespace: string, workflowId: string, runId: string) {
  const events = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await service.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken ?? undefined;
  } while (nextPageToken && nextPageToken.length > 0);
  return events;
}

/** A visibility query; every value is of our own making or was validated, and quoted besides. */
function queryOf({ strategyId, accountId, workflowType, isClosed, startedBefore }: ExecutionFilter): string {
  const quoted = (text: string) => `"${text.replace(/[\\"]/g, '')}"`;
  return [
    ...(strategyId === undefined ? [] : [`FoliosStrategyId = ${quoted(strategyId)}`]),
    ...(accountId === undefined ? [] : [`FoliosAccountId = ${quoted(accountId)}`]),
    ...(workflowType === undefined ? [] : [`WorkflowType = ${quoted(workflowType)}`]),
    ...(isClosed ? ['ExecutionStatus != "Running"'] : []),
    ...(startedBefore === undefined ? [] : [`StartTime < "${startedBefore.toISOString()}"`]),
  ].join(' AND ');
}

function dateOf(time: { seconds?: unknown; nanos?: number | null } | null | undefined): Date | null {
  return time ? new Date(numberOf(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1_000_000)) : null;
}

/** What `work` finds; null where Temporal has no such execution, or no execution could have such an id. */
async function unlessGone<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await reaching(work);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === NOT_FOUND || code === INVALID_ARGUMENT) return null;
    throw error;
  }
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, details, message } = cause as { code?: unknown; details?: string; message: string };
    if (typeof code !== 'number' || !UNANSWERED.includes(code)) throw cause;
    throw new FoliosError('TEMPORAL_UNREACHABLE', `Temporal does not answer (${details || message})`, {}, { cause });
  }
}
