import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { FoliosError } from '../../contracts/errors.ts';
import type { ChannelSettings } from '../../contracts/schemas/notification-channel.ts';
import { bodyOf, headlineOf } from '../../domain/alerts/message.ts';
import type { Notification, RevealSecret } from '../../ports/notifier.ts';
import type { AddressGuard } from '../notifications/public-address.ts';

type EmailSettings = Extract<ChannelSettings, { kind: 'email' }>;

const TIMEOUT_MS = 10_000;

/**
 * Sends an alert by SMTP, to the address that was checked and no other. The message id is made of the idempotency key, so
 * that mailboxes know a repetition. What the server says is not repeated, for it may quote the credentials.
 */
export async function sendEmail(
  parts: { readonly guard: AddressGuard; readonly reveal: RevealSecret },
  settings: EmailSettings,
  { idempotencyKey, alert, toldBefore }: Notification,
): Promise<void> {
  const { host, port, security, user, password, from, to } = settings;
  const [found] = await parts.guard.addressesOf(host);
  const pass = password === undefined ? undefined : await parts.reveal(password);
  const transport = createTransport({
    ...{ host: found?.address ?? host, port, secure: security === 'tls', requireTLS: security === 'starttls' },
    ignoreTLS: security === 'none',
    // The certificate is the name's, not the address's that was looked up.
    tls: isIP(host) === 0 ? { servername: host } : {},
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...(user === undefined ? {} : { auth: { user, pass: pass ?? '' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      ...{ from, to: [...to], subject: headlineOf(alert, toldBefore), text: `${bodyOf(alert)}\n` },
      messageId: `<${idempotencyKey.replaceAll('/', '.')}@folios>`,
      headers: { 'Idempotency-Key': idempotencyKey },
    });
  } catch (error) {
    throw failureOf(error);
  } finally {
    transport.close();
  }
}

function failureOf(error: unknown): FoliosError {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const said = typeof responseCode === 'number' ? ` with ${responseCode}` : '';
  return new FoliosError(
    'NOTIFICATION_FAILED',
    `the mail server did not take it${said} (${String(code ?? 'unknown')})`,
  );
}
