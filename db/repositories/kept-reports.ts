import { type Kysely, sql } from 'kysely';
import { type Acknowledgement, EventOutcome, type KeptReport } from '../../src/ports/order-journal.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { ADOPTED } from './adopt-external.ts';
import { eventRecords } from './journal-events.ts';

const MAX_LISTED = 10_000;

/** Reports that could not be booked, newest first; of all accounts where none is named. */
export async function listKept(
  db: Kysely<DB>,
  accountId: string | null,
  limit: number,
  which: 'waiting' | 'acknowledged' = 'waiting',
): Promise<readonly KeptReport[]> {
  if (accountId !== null && !isUuid(accountId)) return [];
  let query = keptReports(db).where('k.event_id', which === 'waiting' ? 'is' : 'is not', null);
  if (accountId !== null) query = query.where('order_events.account_id', '=', accountId);
  const rows = await query
    .orderBy('order_events.id', 'desc')
    .limit(Math.max(0, Math.min(limit, MAX_LISTED)))
    .execute();
  return rows.map(toKept);
}

/** How many wait for a person, of all accounts. */
export async function countKept(db: Kysely<DB>): Promise<number> {
  const { count } = await db
    .selectFrom(keptReports(db).where('k.event_id', 'is', null).as('waiting'))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Notes that somebody has looked at a kept report, once; null where there is none of this number. */
export async function acknowledgeKept(
  db: Kysely<DB>,
  eventId: number,
  { reason, by, at }: Acknowledgement,
): Promise<KeptReport | null> {
  if (!Number.isSafeInteger(eventId)) return null;
  const find = () => keptReports(db).where('order_events.id', '=', eventId).executeTakeFirst();
  if ((await find()) === undefined) return null;
  await db
    .insertInto('kept_report_acknowledgements')
    .values({
      event_id: eventId,
      reason: storableText(reason),
      acknowledged_by: storableText(by),
      acknowledged_at: at,
    })
    .onConflict((conflict) => conflict.column('event_id').doNothing())
    .execute();
  const acknowledged = await find();
  return acknowledged ? toKept(acknowledged) : null;
}

/** An execution that was adopted as the fill of an external order is booked under that order, and waits for nobody. */
function keptReports(db: Kysely<DB>) {
  return eventRecords(db)
    .leftJoin('kept_report_acknowledgements as k', 'k.event_id', 'order_events.id')
    .select(['k.reason as reason', 'k.acknowledged_by as by', 'k.acknowledged_at as acknowledgedAt'])
    .where('outcome', '<>', EventOutcome.applied)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('order_events as a')
            .select('a.id')
            .whereRef('a.account_id', '=', 'order_events.account_id')
            .where(sql<boolean>`a.key = order_events.key || ${ADOPTED}`)
            .where('a.outcome', '=', EventOutcome.applied),
        ),
      ),
    );
}

type Row = Awaited<ReturnType<ReturnType<typeof keptReports>['executeTakeFirstOrThrow']>>;

function toKept({ reason, by, acknowledgedAt, ...event }: Row): KeptReport {
  const isSeen = reason !== null && by !== null && acknowledgedAt !== null;
  return { ...event, acknowledged: isSeen ? { reason, by, at: acknowledgedAt } : null };
}
