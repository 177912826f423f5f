import type { ChannelSettings } from '../../contracts/schemas/notification-channel.ts';
import { bodyOf, headlineOf } from '../../domain/alerts/message.ts';
import type { Notification, RevealSecret } from '../../ports/notifier.ts';
import type { GuardedPost } from '../notifications/guarded-post.ts';

type SlackSettings = Extract<ChannelSettings, { kind: 'slack' }>;

/** Posts an alert to an incoming webhook of Slack, or of anything that takes its `{text}`. The address is the secret. */
export async function sendSlack(
  parts: { readonly post: GuardedPost; readonly reveal: RevealSecret },
  { url }: SlackSettings,
  { idempotencyKey, alert, toldBefore }: Notification,
): Promise<void> {
  const text = `*${escaped(headlineOf(alert, toldBefore))}*\n${escaped(bodyOf(alert))}`;
  await parts.post({
    url: await parts.reveal(url),
    body: JSON.stringify({ text }),
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
  });
}

/** The three characters that Slack gives a meaning: without this a text could mention everybody. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
