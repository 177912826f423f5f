import type { ChannelSettings } from '../../contracts/schemas/notification-channel.ts';
import { bodyOf, headlineOf } from '../../domain/alerts/message.ts';
import { parseSecretReference } from '../../domain/alerts/secret-reference.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notification, RevealSecret } from '../../ports/notifier.ts';
import type { GuardedPost } from '../notifications/guarded-post.ts';
import { SIGNATURE_HEADER, signatureOf } from './signature.ts';

type WebhookSettings = Extract<ChannelSettings, { kind: 'webhook' }>;

/** Posts an alert as JSON, signed, with the key that makes a repetition known as one. */
export async function sendWebhook(
  parts: { readonly post: GuardedPost; readonly reveal: RevealSecret; readonly clock: Clock },
  { url, secret }: WebhookSettings,
  { idempotencyKey, alert, toldBefore }: Notification,
): Promise<void> {
  const address = parseSecretReference(url) === null ? url : await parts.reveal(url);
  const body = JSON.stringify({
    ...{ type: 'alert', idempotencyKey, headline: headlineOf(alert, toldBefore), details: bodyOf(alert) },
    alert,
    toldBefore,
  });
  const signature = signatureOf(await parts.reveal(secret), body, parts.clock.now());
  await parts.post({
    url: address,
    body,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
      [SIGNATURE_HEADER.toLowerCase()]: signature,
    },
  });
}
