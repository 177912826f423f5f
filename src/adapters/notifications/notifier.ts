import { assertNever } from '../../domain/assert-never.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notifier, RevealSecret } from '../../ports/notifier.ts';
import { sendSlack } from '../slack/send-slack.ts';
import { sendEmail } from '../smtp/send-email.ts';
import { sendTelegram } from '../telegram/send-telegram.ts';
import { sendWebhook } from '../webhook/send-webhook.ts';
import { createGuardedPost } from './guarded-post.ts';
import { createAddressGuard, type PrivateAllowance } from './public-address.ts';

export interface NotifierOptions {
  readonly allowPrivate: PrivateAllowance;
  readonly telegramApiUrl: string;
  readonly reveal: RevealSecret;
  readonly clock: Clock;
}

/** Sends to whatever kind of channel there is. */
export function createNotifier({ allowPrivate, telegramApiUrl, reveal, clock }: NotifierOptions): Notifier {
  const guard = createAddressGuard(allowPrivate);
  const post = createGuardedPost(guard);
  return {
    send(settings, notification) {
      switch (settings.kind) {
        case 'webhook':
          return sendWebhook({ post, reveal, clock }, settings, notification);
        case 'slack':
          return sendSlack({ post, reveal }, settings, notification);
        case 'telegram':
          return sendTelegram({ post, reveal, apiUrl: telegramApiUrl }, settings, notification);
        case 'email':
          return sendEmail({ guard, reveal }, settings, notification);
        default:
          return assertNever(settings);
      }
    },
  };
}
