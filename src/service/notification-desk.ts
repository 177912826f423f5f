import { setTimeout as delay } from 'node:timers/promises';
import { FoliosError } from '../contracts/errors.ts';
import {
  type ChannelSettings,
  type NewChannelInput,
  newChannelSchema,
} from '../contracts/schemas/notification-channel.ts';
import { maySecretBeUsed, parseSecretReference, secretPrefixOf } from '../domain/alerts/secret-reference.ts';
import type { AlertDeliveries, DeliveryRecord } from '../ports/alerts.ts';
import type { NotificationChannel } from '../ports/notifier.ts';

const LOOK_EVERY_MS = 100;

/** Who makes a channel. */
export interface ChannelAuthor {
  /** Null for the operator. */
  readonly ownerId: string | null;
  readonly name: string;
  /** An administrator may use every secret. */
  readonly mayUseAllSecrets: boolean;
}

/** A channel from what its author wrote. INPUT_INVALID with a line per mistake; ACCESS_DENIED for a secret of others. */
export function newChannel(
  input: NewChannelInput,
  author: ChannelAuthor,
  fresh: { readonly channelId: string; readonly now: Date },
): NotificationChannel {
  const parsed = newChannelSchema.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'channel'}: ${issue.message}`);
    throw new FoliosError('INPUT_INVALID', problems.join('; '), { problems });
  }
  const { name, settings, rules, quietHours } = parsed.data;
  requireOwnSecrets(settings, author);
  const { channelId, now } = fresh;
  return {
    channelId,
    ownerId: author.ownerId,
    name,
    settings,
    rules,
    quietHours,
    createdBy: author.name,
    createdAt: now,
  };
}

/**
 * Sends a test and waits for what becomes of it, for `waitMs` at most: a channel that does not answer is tried again by
 * itself, and what is known by then is the answer.
 */
export async function testChannel(
  deliveries: Pick<AlertDeliveries, 'planTest' | 'find'>,
  channelId: string,
  by: string,
  { now, waitMs }: { readonly now: Date; readonly waitMs: number },
): Promise<DeliveryRecord> {
  const alertId = await deliveries.planTest(channelId, by, now);
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const delivery = await deliveries.find(alertId, channelId);
    if (delivery === null) throw new FoliosError('INTERNAL', `the test ${alertId} was planned and is not there`);
    if (delivery.state !== 'waiting' || delivery.lastError !== null || waitedMs >= waitMs) return delivery;
    await delay(LOOK_EVERY_MS);
  }
}

function requireOwnSecrets(settings: ChannelSettings, { ownerId, mayUseAllSecrets }: ChannelAuthor): void {
  if (mayUseAllSecrets || ownerId === null) return;
  const others = Object.values(settings)
    .flatMap((value) => (typeof value === 'string' ? (parseSecretReference(value) ?? []) : []))
    .find((reference) => !maySecretBeUsed(reference, ownerId));
  if (others === undefined) return;
  const prefix = secretPrefixOf(ownerId);
  throw new FoliosError('ACCESS_DENIED', `the secret ${others.name} is not yours to use; yours begin with ${prefix}`, {
    prefix,
  });
}
