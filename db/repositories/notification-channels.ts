import type { Kysely } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { ChannelSettings } from '../../src/contracts/schemas/notification-channel.ts';
import type { ChannelRules } from '../../src/domain/alerts/channel-rules.ts';
import type { QuietHours } from '../../src/domain/alerts/quiet-hours.ts';
import type { NotificationChannel, NotificationChannels } from '../../src/ports/notifier.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableJson, storableText } from '../storable.ts';

/** Binds the channels' port to a database. A channel that was removed stays, for the deliveries that name it. */
export function createNotificationChannels(db: Kysely<DB>): NotificationChannels {
  return withTranslatedErrors<NotificationChannels>({
    async list(ownerId) {
      let query = channelRows(db);
      if (ownerId === null) query = query.where('owner_id', 'is', null);
      else if (ownerId !== undefined) query = query.where('owner_id', '=', ownerId);
      return (await query.orderBy('name').orderBy('id').execute()).map(toChannel);
    },
    async find(channelId) {
      if (!isUuid(channelId)) return null;
      const row = await channelRows(db).where('id', '=', channelId).executeTakeFirst();
      return row ? toChannel(row) : null;
    },
    async add(channel) {
      const added = await db
        .insertInto('notification_channels')
        .values({
          id: channel.channelId,
          owner_id: channel.ownerId,
          name: storableText(channel.name),
          settings: storableJson(channel.settings),
          rules: storableJson(channel.rules),
          quiet_hours: channel.quietHours === null ? null : storableJson(channel.quietHours),
          created_by: storableText(channel.createdBy, 200),
          created_at: channel.createdAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (added) return;
      throw new FoliosError('NAME_TAKEN', `there is a channel called ${channel.name}`, { name: channel.name });
    },
    async remove(channelId, at) {
      if (!isUuid(channelId)) return false;
      const removed = await db
        .updateTable('notification_channels')
        .set({ removed_at: at })
        .where('id', '=', channelId)
        .where('removed_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return removed !== undefined;
    },
  });
}

interface ChannelRow {
  readonly id: string;
  readonly owner_id: string | null;
  readonly name: string;
  readonly settings: unknown;
  readonly rules: unknown;
  readonly quiet_hours: unknown;
  readonly created_by: string;
  readonly created_at: Date;
}

/** The channels that were not removed. */
export function channelRows(db: Kysely<DB>) {
  return db
    .selectFrom('notification_channels')
    .select(['id', 'owner_id', 'name', 'settings', 'rules', 'quiet_hours', 'created_by', 'created_at'])
    .where('removed_at', 'is', null);
}

/** Its parts were validated before they were written. */
export function toChannel(row: ChannelRow): NotificationChannel {
  return {
    channelId: row.id,
    ownerId: row.owner_id,
    name: row.name,
    settings: row.settings as ChannelSettings,
    rules: row.rules as ChannelRules,
    quietHours: row.quiet_hours as QuietHours | null,
    createdBy: row.created_by,
    createdAt: row.created_at,
  };
}
