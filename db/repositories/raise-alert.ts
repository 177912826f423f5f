import { type Kysely, sql } from 'kysely';
import { v7 as uuidV7 } from 'uuid';
import { KIND_FACTS, type NewAlert } from '../../src/domain/alerts/alert.ts';
import { cleanUntrustedText } from '../../src/domain/research/untrusted-text.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

const MAX_SUBJECT = 200;
const MAX_LINE = 1_000;
/** An alert that goes on for long keeps its first lines and counts the others. */
const MAX_TEXT = 4_000;

/**
 * Keeps an alert with whatever else the transaction writes, or counts it where its key was seen within its window; its text
 * is added to what was said before. Who raises the same key at the same moment waits for the other.
 */
export async function raiseAlert(db: Kysely<DB>, alert: NewAlert): Promise<void> {
  if (db.isTransaction) return await raise(db, alert);
  await db.transaction().execute((trx) => raise(trx, alert));
}

/** In the order of their keys, so that two transactions cannot wait for each other. */
export async function raiseAlerts(db: Kysely<DB>, alerts: readonly NewAlert[]): Promise<void> {
  const sorted = alerts.toSorted((a, b) => (a.dedupeKey < b.dedupeKey ? -1 : 1));
  for (const alert of sorted) await raiseAlert(db, alert);
}

async function raise(trx: Kysely<DB>, alert: NewAlert): Promise<void> {
  const { kind, at, strategyId, accountId } = alert;
  const { severity, windowMs } = KIND_FACTS[kind];
  const key = storableText(alert.dedupeKey, 500);
  const line = cleanUntrustedText(storableText(alert.text), MAX_LINE);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`alert/${key}`}, 0))`.execute(trx);
  const repeated = await trx
    .updateTable('alerts')
    .set((eb) => ({
      count: eb('count', '+', 1),
      last_seen_at: at,
      text: sql<string>`case when length(text) + ${line.length} < ${MAX_TEXT} and right(text, ${line.length}) <> ${line}
        then text || chr(10) || ${line} else text end`,
    }))
    .where('dedupe_key', '=', key)
    .where('dedupe_until', '>', at)
    // What comes after somebody has looked is new to them.
    .where('acknowledged_at', 'is', null)
    .executeTakeFirst();
  if (repeated.numUpdatedRows > 0n) return;
  await trx
    .insertInto('alerts')
    .values({
      id: uuidV7(),
      kind,
      severity: alert.severity ?? severity,
      subject: cleanUntrustedText(storableText(alert.subject), MAX_SUBJECT),
      text: line,
      strategy_id: strategyId,
      account_id: accountId,
      workflow_id: alert.workflowId,
      dedupe_key: key,
      dedupe_until: new Date(at.getTime() + windowMs),
      first_seen_at: at,
      last_seen_at: at,
    })
    .execute();
}
