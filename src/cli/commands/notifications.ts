import { randomUUID } from 'node:crypto';
import { FoliosError } from '../../contracts/errors.ts';
import type { NewChannelInput } from '../../contracts/schemas/notification-channel.ts';
import type { NotificationChannel } from '../../ports/notifier.ts';
import { newChannel, testChannel } from '../../service/notification-desk.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../text/table.ts';

const TEST_WAIT_MS = 15_000;

/** Where alerts are told, whoever's they are. */
export async function listChannels({ channels }: CliContext, view: View): Promise<CommandResult> {
  const all = await channels.list();
  const text = all.length > 0 ? renderChannels(all, view) : 'No channels yet: folios notifications add --help';
  return { document: { channels: all }, text };
}

/** Adds a channel of the operator. INPUT_INVALID with every mistake. */
export async function addChannel({ channels, user, now }: CliContext, input: NewChannelInput): Promise<CommandResult> {
  const author = { ownerId: null, name: user, mayUseAllSecrets: true };
  const channel = newChannel(input, author, { channelId: randomUUID(), now: now() });
  await channels.add(channel);
  return {
    document: { added: true, channel },
    text: `${channel.name} is added (${channel.settings.kind}); try it: folios notifications test "${channel.name}"`,
  };
}

/** CONFIRMATION_REQUIRED, INPUT_INVALID. */
export async function removeChannel(
  { channels, now }: CliContext,
  reference: string,
  confirmation: Confirmation,
): Promise<CommandResult> {
  const { channelId, name } = resolveChannel(await channels.list(), reference);
  const question = `Remove the channel ${name}? What waits for it is dropped.`;
  if (!(await isConfirmed(confirmation, `removing ${name}`, question))) {
    return { document: { removed: false, channelId }, text: 'Nothing was changed.' };
  }
  await channels.remove(channelId, now());
  return { document: { removed: true, channelId }, text: `${name} is removed.` };
}

/** Sends a test by the running service. NOTIFICATION_FAILED with what the channel said. */
export async function sendTest(
  { channels, deliveries, user, now }: CliContext,
  reference: string,
): Promise<CommandResult> {
  const { channelId, name } = resolveChannel(await channels.list(), reference);
  const delivery = await testChannel(deliveries, channelId, user, { now: now(), waitMs: TEST_WAIT_MS });
  const { state, lastError } = delivery;
  const document = { delivery };
  if (state === 'sent') return { document, text: `${name} took it.` };
  const problem = lastError ?? 'nobody has sent it yet: is the service running?';
  const rest = state === 'waiting' ? '; it is tried again for three days' : '';
  return {
    document,
    text: `${name} did not take it${rest}.`,
    failure: new FoliosError('NOTIFICATION_FAILED', problem),
  };
}

function resolveChannel(all: readonly NotificationChannel[], reference: string): NotificationChannel {
  const found = all.filter(({ channelId, name }) => channelId === reference || name === reference);
  const [only] = found;
  if (only && found.length === 1) return only;
  const known = all.map(({ name }) => name);
  const problem = found.length === 0 ? `no channel is called ${reference}` : `${reference} names several: use an id`;
  throw new FoliosError('INPUT_INVALID', problem, { reference, known });
}

function renderChannels(channels: readonly NotificationChannel[], { width }: View): string {
  return renderTable<NotificationChannel>(
    [
      { head: 'channel', cell: ({ name }) => name, shrink: 'cut' },
      { head: 'kind', cell: ({ settings }) => settings.kind },
      { head: 'to', cell: targetOf, shrink: 'cut' },
      { head: 'from severity', cell: ({ rules }) => rules.minSeverity },
      { head: 'events', cell: ({ rules }) => rules.kinds.join(', ') || 'all', shrink: 'wrap' },
      { head: 'quiet', cell: ({ quietHours: it }) => (it ? `${it.from}–${it.to} ${it.timeZone}` : '–'), shrink: 'cut' },
      { head: 'owner', cell: ({ ownerId }) => ownerId ?? 'operator', shrink: 'cut' },
      { head: 'id', cell: ({ channelId }) => channelId, shrink: 'cut' },
    ],
    channels,
    width,
  );
}

function targetOf({ settings }: NotificationChannel): string {
  if (settings.kind === 'email') return settings.to.join(', ');
  return settings.kind === 'telegram' ? `chat ${settings.chatId}` : settings.url;
}
