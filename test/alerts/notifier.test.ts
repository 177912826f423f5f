import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createNotifier } from '../../src/adapters/notifications/notifier.ts';
import type { PrivateAllowance } from '../../src/adapters/notifications/public-address.ts';
import { createSecretReader } from '../../src/adapters/notifications/secrets.ts';
import { isSignedBy } from '../../src/adapters/webhook/signature.ts';
import type { ChannelSettings } from '../../src/contracts/schemas/notification-channel.ts';
import type { Notification } from '../../src/ports/notifier.ts';
import { type HttpReceiver, type MailReceiver, startHttpReceiver, startMailReceiver } from './receivers.ts';

const NOW = new Date('2026-03-02T12:00:00.000Z');
const BOT_TOKEN = '123456:canary-bot-token-0123456789';
const notification: Notification = {
  idempotencyKey: 'a1/c1/first',
  toldBefore: 0,
  alert: {
    ...{ alertId: 'a1', kind: 'order_rejected', severity: 'warning', subject: 'an order was rejected', count: 1 },
    ...{ text: 'too large <!channel> & more', strategyId: null, strategySlug: null, workflowId: 'ticket/t1' },
    ...{ accountId: 'p1', accountName: 'demo', firstSeenAt: NOW, lastSeenAt: NOW },
  },
};

describe('channels', () => {
  let http: HttpReceiver;
  let mail: MailReceiver;
  let folder: string;
  beforeEach(async () => {
    [http, mail, folder] = await Promise.all([
      startHttpReceiver(),
      startMailReceiver(),
      mkdtemp(join(tmpdir(), 'folios-secrets-')),
    ]);
    await writeFile(join(folder, 'mail-password'), 'canary-mail-password\n');
  });
  afterEach(async () => {
    await Promise.all([http.close(), mail.close(), rm(folder, { recursive: true })]);
  });

  const send = (settings: ChannelSettings, allowPrivate: PrivateAllowance = 'all') => {
    const environment = {
      NOTIFY_SECRET: 'canary-webhook-secret',
      NOTIFY_SLACK: `${http.url}/services/canary-slack-path`,
      NOTIFY_BOT: BOT_TOKEN,
    };
    const reveal = createSecretReader(environment, folder);
    return createNotifier({ allowPrivate, telegramApiUrl: http.url, reveal, clock: { now: () => NOW } }).send(
      settings,
      notification,
    );
  };
  const webhook = (url = `${http.url}/hook`) => ({ kind: 'webhook', url, secret: 'env:NOTIFY_SECRET' }) as const;
  const slack = { kind: 'slack', url: 'env:NOTIFY_SLACK' } as const;
  const telegram = { kind: 'telegram', token: 'env:NOTIFY_BOT', chatId: '-42' } as const;
  const email = (): ChannelSettings => ({
    ...{ kind: 'email', host: '127.0.0.1', port: mail.port, security: 'none', user: 'ada' },
    ...{ password: 'file:mail-password', from: 'folios@example.com', to: ['ada@example.com', 'bo@example.com'] },
  });

  test('a webhook is signed over time and body, and carries the idempotency key', async () => {
    await send(webhook());
    const [request] = http.requests;
    if (!request) throw new Error('nothing came');
    const { headers, body } = request;
    const signature = String(headers['folios-signature']);
    expect(signature).toMatch(/^t=1772452800,v1=[0-9a-f]{64}$/);
    expect(isSignedBy('canary-webhook-secret', signature, body, NOW)).toBe(true);
    expect(isSignedBy('canary-webhook-secret', signature, `${body} `, NOW)).toBe(false);
    expect(isSignedBy('another', signature, body, NOW)).toBe(false);
    expect(isSignedBy('canary-webhook-secret', signature, body, new Date(NOW.getTime() + 301_000))).toBe(false);
    expect(isSignedBy('canary-webhook-secret', signature.replace('t=177', 't=178'), body, NOW)).toBe(false);
    expect(headers['idempotency-key']).toBe('a1/c1/first');
    expect(JSON.parse(body)).toMatchObject({ type: 'alert', alert: { kind: 'order_rejected', accountName: 'demo' } });
    expect(body).not.toContain('canary');
  });

  test('what is told cannot mention everybody in Slack', async () => {
    await send(slack);
    expect(http.requests[0]?.path).toBe('/services/canary-slack-path');
    const { text } = JSON.parse(http.requests[0]?.body ?? '{}') as { text: string };
    expect(text).toContain('*[warning] an order was rejected*');
    expect(text).toContain('too large &lt;!channel&gt; &amp; more');
  });

  test('a Telegram bot sends plain text to its chat', async () => {
    await send(telegram);
    expect(http.requests[0]?.path).toBe(`/bot${BOT_TOKEN}/sendMessage`);
    expect(JSON.parse(http.requests[0]?.body ?? '{}')).toMatchObject({ chat_id: '-42' });
    expect(http.requests[0]?.body).not.toContain('parse_mode');
  });

  test('mail goes to all its receivers with a message id that repeats', async () => {
    await send(email());
    expect(mail.mails).toMatchObject([{ from: 'folios@example.com', to: ['ada@example.com', 'bo@example.com'] }]);
    const { data } = mail.mails[0] ?? { data: '' };
    expect(data).toContain('Subject: [warning] an order was rejected');
    expect(data).toContain('Message-ID: <a1.c1.first@folios>');
    const plain = Buffer.from('\0ada\0canary-mail-password').toString('base64');
    expect(mail.said).toContain(`AUTH PLAIN ${plain}`);
  });

  test.each([
    ['an error', { status: 500 }],
    ['a redirect, which is not followed', { status: 302, headers: { location: '/elsewhere' } }],
    ['a connection that breaks', 'reset'],
  ] as const)('%s is a failure that tells no secret', async (_what, answer) => {
    http.answer = answer;
    for (const settings of [webhook(), slack, telegram]) {
      const error = await send(settings).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED' });
      expect(JSON.stringify([(error as Error).message, (error as { details: unknown }).details])).not.toMatch(/canary/);
      expect(String((error as Error).stack)).not.toMatch(/canary/);
    }
    expect(http.requests).toHaveLength(3);
  });

  test('an answer without end is cut off', async () => {
    http.answer = { status: 200, body: 'x'.repeat(5_000_000) };
    await send(webhook());
    expect(http.requests).toHaveLength(1);
  });

  test('a mail server that refuses the password is not quoted', async () => {
    mail.refuse = { login: '535 no: canary-mail-password is wrong' };
    const error = await send(email()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED', message: expect.stringContaining('535') });
    expect((error as Error).stack).not.toMatch(/canary/);
    expect((error as Error).cause).toBeUndefined();
    expect(mail.mails).toHaveLength(0);
  });

  test('a secret that is not there is named by its reference', async () => {
    const missing = { ...telegram, token: 'env:NOTIFY_MISSING' };
    await expect(send(missing)).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      message: expect.stringContaining('env:NOTIFY_MISSING'),
    });
    const outside = { ...webhook(), secret: 'file:../mail-password' };
    await expect(send(outside)).rejects.toMatchObject({ code: 'NOTIFICATION_FAILED' });
  });

  test.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://0.0.0.0/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://100.64.0.1/',
    'http://93.184.216.34/',
  ])('%s is not sent to', async (url) => {
    await expect(send(webhook(url), 'none')).rejects.toMatchObject({ code: 'NOTIFICATION_DENIED' });
  });

  test('neither is a private mail server, nor the real address of this test', async () => {
    await expect(send(email(), 'none')).rejects.toMatchObject({ code: 'NOTIFICATION_DENIED' });
    await expect(send(webhook(), 'none')).rejects.toMatchObject({ code: 'NOTIFICATION_DENIED' });
    expect([http.requests, mail.said]).toEqual([[], []]);
  });

  test('a list lets hosts and networks through, and nothing else', async () => {
    await send(webhook(), ['127.0.0.0/8']);
    await send(webhook(http.url.replace('127.0.0.1', 'localhost')), ['localhost']);
    expect(http.requests).toHaveLength(2);
    await expect(send(webhook(), ['10.0.0.0/8', 'hooks.lan', '::1'])).rejects.toMatchObject({
      code: 'NOTIFICATION_DENIED',
    });
  });
});
