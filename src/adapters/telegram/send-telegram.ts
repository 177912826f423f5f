import { FoliosError } from '../../contracts/errors.ts';
import type { ChannelSettings } from '../../contracts/schemas/notification-channel.ts';
import { bodyOf, headlineOf } from '../../domain/alerts/message.ts';
import type { Notification, RevealSecret } from '../../ports/notifier.ts';
import type { GuardedPost } from '../notifications/guarded-post.ts';

type TelegramSettings = Extract<ChannelSettings, { kind: 'telegram' }>;

/** Telegram takes no longer text. */
const MAX_TEXT = 4_096;
const TOKEN = /^\d{1,20}:[A-Za-z0-9_-]{10,100}$/;

/** Sends an alert by a bot, as plain text: nothing in it is markup. The token is part of the address, and secret. */
export async function sendTelegram(
  parts: { readonly post: GuardedPost; readonly reveal: RevealSecret; readonly apiUrl: string },
  { token, chatId }: TelegramSettings,
  { idempotencyKey, alert, toldBefore }: Notification,
): Promise<void> {
  const secret = await parts.reveal(token);
  if (!TOKEN.test(secret)) throw new FoliosError('NOTIFICATION_FAILED', `${token} holds no token of a Telegram bot`);
  const text = `${headlineOf(alert, toldBefore)}\n\n${bodyOf(alert)}`.slice(0, MAX_TEXT);
  await parts.post({
    url: `${parts.apiUrl}/bot${secret}/sendMessage`,
    body: JSON.stringify({ chat_id: chatId, text, link_preview_options: { is_disabled: true } }),
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
  });
}
