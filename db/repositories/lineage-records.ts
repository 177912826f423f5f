import type { Kysely } from 'kysely';
import type { LineageOwner, LineageRecords } from '../../src/ports/lineage.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';

const NOBODY: LineageOwner = { strategyId: null, accountId: null };
/** A workflow's id is what it is, a slash, and the business key. */
const JOB = /^job\/([0-9a-f-]{36})$/;
const RUN = /^research\/([0-9a-f-]{36})$/;
/** The server appends the time at which the schedule fired. */
const SCHEDULED = /^scheduled\/([0-9a-f-]{36})(-.*)?$/;
const TICKET = /^ticket\/([0-9a-f-]{36})$/;

/** What the books hold of executions, found by the business keys in their ids. */
export function createLineageRecords(db: Kysely<DB>): LineageRecords {
  return withTranslatedErrors<LineageRecords>({
    artifactsOf: (workflowId) => artifactsOf(db, keyOf(JOB, workflowId)),
    callsOf: (workflowId) => callsOf(db, keyOf(JOB, workflowId)),
    ownerOf: (workflowId) => ownerOf(db, workflowId),
  });
}

function keyOf(pattern: RegExp, workflowId: string): string | null {
  const key = pattern.exec(workflowId)?.[1] ?? null;
  return key !== null && isUuid(key) ? key : null;
}

/** The files of a task, oldest first, with the time at which their rows were written. */
async function artifactsOf(db: Kysely<DB>, taskId: string | null): ReturnType<LineageRecords['artifactsOf']> {
  if (taskId === null) return [];
  const rows = await db
    .selectFrom('artifacts')
    .select(['uri', 'sha256', 'bytes', 'media_type as mediaType', 'created_at as writtenAt'])
    .where('task_id', '=', taskId)
    .orderBy('id')
    .execute();
  return rows.map(({ writtenAt, ...artifact }) => ({ ...artifact, writtenAtMs: writtenAt.getTime() }));
}

async function callsOf(db: Kysely<DB>, taskId: string | null): ReturnType<LineageRecords['callsOf']> {
  if (taskId === null) return [];
  const rows = await db
    .selectFrom('llm_usage')
    .select(['call_id as callId', 'provider', 'mode', 'model', 'state'])
    .select(['input_tokens as inputTokens', 'output_tokens as outputTokens', 'cost_usd as costUsd', 'called_at as at'])
    .where('task_id', '=', taskId)
    .orderBy('called_at')
    .orderBy('call_id')
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Whose a run, a job, a ticket or a firing of a schedule is; nobody's for all others, which are the service's own. */
async function ownerOf(db: Kysely<DB>, workflowId: string): Promise<LineageOwner> {
  const taskId = keyOf(JOB, workflowId);
  const groupId = keyOf(RUN, workflowId);
  const strategyId = keyOf(SCHEDULED, workflowId);
  const ticketId = keyOf(TICKET, workflowId);
  if (ticketId !== null) return (await ownerOfTicket(db, ticketId)) ?? (await ownerOfTask(db, ticketId)) ?? NOBODY;
  if (taskId !== null) return (await ownerOfTask(db, taskId)) ?? NOBODY;
  if (strategyId !== null) return { strategyId, accountId: null };
  if (groupId === null) return NOBODY;
  const request = await db
    .selectFrom('requests')
    .select('strategy_id as strategyId')
    .where('request_group_id', '=', groupId)
    .limit(1)
    .executeTakeFirst();
  return request === undefined ? NOBODY : { strategyId: request.strategyId, accountId: null };
}

async function ownerOfTask(db: Kysely<DB>, taskId: string): Promise<LineageOwner | null> {
  const row = await db
    .selectFrom('execution_tasks as t')
    .innerJoin('requests as r', 'r.id', 't.request_id')
    .select('r.strategy_id as strategyId')
    .where('t.id', '=', taskId)
    .executeTakeFirst();
  return row === undefined ? null : { strategyId: row.strategyId, accountId: null };
}

async function ownerOfTicket(db: Kysely<DB>, ticketId: string): Promise<LineageOwner | null> {
  const row = await db
    .selectFrom('tickets as k')
    .innerJoin('portfolio_accounts as a', 'a.id', 'k.account_id')
    .select(['k.account_id as accountId', 'a.strategy_id as strategyId'])
    .where('k.id', '=', ticketId)
    .executeTakeFirst();
  return row ?? null;
}
