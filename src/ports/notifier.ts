import type { ChannelSettings } from '../contracts/schemas/notification-channel.ts';
import type { ChannelRules } from '../domain/alerts/channel-rules.ts';
import type { TellableAlert } from '../domain/alerts/message.ts';
import type { QuietHours } from '../domain/alerts/quiet-hours.ts';

/** Where alerts are told, to whom it belongs, and which ones it tells. */
export interface NotificationChannel {
  readonly channelId: string;
  /** A user's id; null for the operator's. */
  readonly ownerId: string | null;
  /** Unique among the owner's. */
  readonly name: string;
  /** Secrets are references in it. */
  readonly settings: ChannelSettings;
  readonly rules: ChannelRules;
  readonly quietHours: QuietHours | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface NotificationChannels {
  /** By name; those of one owner (null: the operator's), or of all where nothing is named. */
  list(ownerId?: string | null): Promise<readonly NotificationChannel[]>;
  /** Null where there is none, or it was removed. */
  find(channelId: string): Promise<NotificationChannel | null>;
  /** NAME_TAKEN where the owner has a channel of this name. */
  add(channel: NotificationChannel): Promise<void>;
  /** False where there was none. */
  remove(channelId: string, at: Date): Promise<boolean>;
}

/** One telling of an alert. */
export interface Notification {
  /** The same for every repetition of this telling, so that a receiver can tell them apart from new ones. */
  readonly idempotencyKey: string;
  readonly alert: TellableAlert;
  /** How many of its occurrences this channel was told of before. */
  readonly toldBefore: number;
}

/**
 * Tells something to a channel, once. NOTIFICATION_FAILED (may work later), NOTIFICATION_DENIED (must not be sent there).
 * No message of an error holds a secret, or an address that may be one.
 */
export interface Notifier {
  send(settings: ChannelSettings, notification: Notification): Promise<void>;
}

/** What a reference stands for. NOTIFICATION_FAILED, with the reference's name alone, where nothing does. */
export type RevealSecret = (reference: string) => Promise<string>;
