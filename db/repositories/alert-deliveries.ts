import { type Kysely, sql, type Transaction } from 'kysely';
import { v7 as uuidV7 } from 'uuid';
import { AlertKind, Severity } from '../../src/domain/alerts/alert.ts';
import { wants } from '../../src/domain/alerts/channel-rules.ts';
import type { AlertDeliveries, DeliveryRecord, OwnedIds } from '../../src/ports/alerts.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';
import { channelRows, toChannel } from './notification-channels.ts';

/** Alerts that are planned in one transaction. */
const BATCH = 100;

/** Binds the port of alerts' ways to their channels to a database. */
export function createAlertDeliveries(db: Kysely<DB>): AlertDeliveries {
  return withTranslatedErrors<AlertDeliveries>({
    plan: (ownedBy, at) => db.transaction().execute((trx) => plan(trx, ownedBy, at)),
    listUnstarted: (limit) =>
      db
        .selectFrom('alert_deliveries')
        .select(['alert_id as alertId', 'channel_id as channelId'])
        .where('started_at', 'is', null)
        .orderBy('planned_at')
        .limit(limit)
        .execute(),
    async markStarted(alertId, channelId, at) {
      await ofOne(db, alertId, channelId).set({ started_at: at }).execute();
    },
    async find(alertId, channelId) {
      if (!isUuid(alertId) || !isUuid(channelId)) return null;
      return (
        (await records(db).where('alert_id', '=', alertId).where('channel_id', '=', channelId).executeTakeFirst()) ??
        null
      );
    },
    async recordAttempt(alertId, channelId, error) {
      await ofOne(db, alertId, channelId)
        .set((eb) => ({
          attempts: eb('attempts', '+', 1),
          last_error: error === null ? null : storableText(error, 500),
        }))
        .execute();
    },
    async recordSent(alertId, channelId, toldCount, at) {
      await ofOne(db, alertId, channelId)
        .set({ state: 'sent', told_count: sql`greatest(told_count, ${toldCount})`, sent_at: at, last_error: null })
        .execute();
    },
    async end(alertId, channelId, state, reason) {
      await ofOne(db, alertId, channelId)
        .set({ state, last_error: storableText(reason, 500) })
        .where('state', '=', 'waiting')
        .execute();
    },
    async windowEndsAt(alertId) {
      const row = await db.selectFrom('alerts').select('dedupe_until').where('id', '=', alertId).executeTakeFirst();
      return row?.dedupe_until ?? null;
    },
    planTest: (channelId, by, at) => db.transaction().execute((trx) => planTest(trx, channelId, by, at)),
    listByChannel: (channelId, limit) =>
      records(db).where('channel_id', '=', channelId).orderBy('planned_at', 'desc').limit(limit).execute(),
  });
}

function records(db: Kysely<DB>) {
  return db
    .selectFrom('alert_deliveries')
    .select(['alert_id as alertId', 'channel_id as channelId', 'state', 'told_count as toldCount', 'attempts'])
    .select(['last_error as lastError', 'sent_at as sentAt', 'planned_at as plannedAt'])
    .$narrowType<{ state: DeliveryRecord['state'] }>();
}

function ofOne(db: Kysely<DB>, alertId: string, channelId: string) {
  return db.updateTable('alert_deliveries').where('alert_id', '=', alertId).where('channel_id', '=', channelId);
}

/** Of several processes that plan at once each takes alerts of its own. */
async function plan(trx: Transaction<DB>, ownedBy: (ownerId: string) => Promise<OwnedIds>, at: Date): Promise<number> {
  const alerts = await trx
    .selectFrom('alerts')
    .select(['id', 'kind', 'severity', 'strategy_id as strategyId', 'account_id as accountId', 'dedupe_key as key'])
    .where('planned_at', 'is', null)
    .orderBy('first_seen_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked()
    .execute();
  if (alerts.length === 0) return 0;
  const channels = (await channelRows(trx).execute()).map(toChannel);
  const owners = [...new Set(channels.flatMap(({ ownerId }) => ownerId ?? []))];
  const owned = new Map(await Promise.all(owners.map(async (id) => [id, await ownedBy(id)] as const)));
  const wanted = alerts.flatMap((alert) =>
    channels
      .filter(({ ownerId, rules }) => wants(rules, ownerId === null ? null : (owned.get(ownerId) ?? NOTHING), alert))
      // What a channel did not take must not be told to it.
      .filter(({ channelId }) => alert.kind !== AlertKind.deliveryFailed || !alert.key.endsWith(channelId))
      .map(({ channelId }) => ({ alert_id: alert.id, channel_id: channelId, state: 'waiting', planned_at: at })),
  );
  if (wanted.length > 0) {
    await trx
      .insertInto('alert_deliveries')
      .values(wanted)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const ids = alerts.map(({ id }) => id);
  await trx.updateTable('alerts').set({ planned_at: at }).where('id', 'in', ids).execute();
  return alerts.length;
}

const NOTHING: OwnedIds = { strategies: new Set(), accounts: new Set() };

async function planTest(trx: Transaction<DB>, channelId: string, by: string, at: Date): Promise<string> {
  const id = uuidV7();
  const name = storableText(by, 200);
  await trx
    .insertInto('alerts')
    .values({
      id,
      kind: AlertKind.test,
      severity: Severity.info,
      subject: 'a test of this channel',
      text: `${name} asked for it. Alerts that this channel wants will arrive like this one.`,
      dedupe_key: `test/${id}`,
      dedupe_until: at,
      first_seen_at: at,
      last_seen_at: at,
      acknowledged_by: name,
      acknowledged_at: at,
      planned_at: at,
    })
    .execute();
  await trx
    .insertInto('alert_deliveries')
    .values({ alert_id: id, channel_id: channelId, state: 'waiting', planned_at: at })
    .execute();
  return id;
}
