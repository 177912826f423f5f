import { randomUUID } from 'node:crypto';
import { FoliosError } from '../../contracts/errors.ts';
import {
  channelListSchema,
  channelParamsSchema,
  channelRemovedSchema,
  channelSchema,
  deliveryListSchema,
  deliverySchema,
} from '../../contracts/schemas/api/alerts.ts';
import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import { newChannelSchema } from '../../contracts/schemas/notification-channel.ts';
import { type Principal, Role, Scope } from '../../domain/access/principal.ts';
import type { AlertDeliveries } from '../../ports/alerts.ts';
import type { NotificationChannel, NotificationChannels } from '../../ports/notifier.ts';
import { newChannel, testChannel } from '../../service/notification-desk.ts';
import type { ApiApp } from '../api-app.ts';
import { pageOf } from '../paging.ts';

export interface NotificationRoutePorts {
  readonly channels: NotificationChannels;
  readonly deliveries: AlertDeliveries;
  now(): Date;
}

/** A caller waits no longer for a test; it is tried on. */
const TEST_WAIT_MS = 5_000;
const MAX_DELIVERIES = 500;
const tags = ['notifications'];

/** Where alerts are told: a user's own channels; administrators see and change all of them. */
export async function notificationRoutes(app: ApiApp, ports: NotificationRoutePorts): Promise<void> {
  readingRoutes(app, ports);
  changingRoutes(app, ports);
}

function readingRoutes(app: ApiApp, { channels, deliveries }: NotificationRoutePorts): void {
  app.get(
    '/notifications/channels',
    {
      schema: {
        operationId: 'listChannels',
        tags,
        summary: 'List notification channels',
        description: 'By id. Secrets are references: where they are, never what they are.',
        querystring: pageQuerySchema,
        response: { 200: channelListSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, query }) => {
      const all = await channels.list(principal.role === Role.admin ? undefined : ownerOf(principal));
      return pageOf(all.map(listed), ({ channelId }) => channelId, query);
    },
  );

  app.get(
    '/notifications/channels/:channelId/deliveries',
    {
      schema: {
        operationId: 'listDeliveries',
        tags,
        summary: 'What became of a channel’s alerts',
        description:
          'The newest 500 by alert: sent, waiting with the last error, given up, or dropped with the channel.',
        params: channelParamsSchema,
        querystring: pageQuerySchema,
        response: { 200: deliveryListSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params, query }) => {
      const { channelId } = await requireChannel(channels, principal, params.channelId);
      return pageOf(await deliveries.listByChannel(channelId, MAX_DELIVERIES), ({ alertId }) => alertId, query);
    },
  );
}

function changingRoutes(app: ApiApp, { channels, deliveries, now }: NotificationRoutePorts): void {
  app.post(
    '/notifications/channels',
    {
      schema: {
        operationId: 'addChannel',
        tags,
        summary: 'Add a notification channel',
        description:
          'It tells alerts from now on. A secret is named (`env:NOTIFY_NAME` or `file:name`), never sent; who is no administrator may name those that begin with their own prefix.',
        body: newChannelSchema,
        response: { 200: channelSchema },
      },
      config: { access: Scope.trade, startsSomething: true },
    },
    async ({ principal, body }) => {
      const { userId, name, role } = principal;
      const author = { ownerId: userId, name, mayUseAllSecrets: role === Role.admin };
      const channel = newChannel(body, author, { channelId: randomUUID(), now: now() });
      await channels.add(channel);
      return listed(channel);
    },
  );

  app.delete(
    '/notifications/channels/:channelId',
    {
      schema: {
        operationId: 'removeChannel',
        tags,
        summary: 'Remove a notification channel',
        description: 'What waits for it is dropped.',
        params: channelParamsSchema,
        response: { 200: channelRemovedSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, params }) => {
      const { channelId } = await requireChannel(channels, principal, params.channelId);
      if (!(await channels.remove(channelId, now()))) return notFound(channelId);
      return { removed: true as const, channelId };
    },
  );

  app.post(
    '/notifications/channels/:channelId/test',
    {
      schema: {
        operationId: 'testChannel',
        tags,
        summary: 'Send a test',
        description:
          'To this channel alone, quiet hours or not. What is known after five seconds is the answer; `waiting` is tried on.',
        params: channelParamsSchema,
        response: { 200: deliverySchema },
      },
      config: { access: Scope.trade, startsSomething: true },
    },
    async ({ principal, params }) => {
      const { channelId } = await requireChannel(channels, principal, params.channelId);
      return testChannel(deliveries, channelId, principal.name, { now: now(), waitMs: TEST_WAIT_MS });
    },
  );
}

/** Nobody's channels have this owner. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

function ownerOf({ userId }: Principal): string {
  return userId ?? NOBODY;
}

async function requireChannel(
  channels: NotificationChannels,
  principal: Principal,
  channelId: string,
): Promise<NotificationChannel> {
  const channel = await channels.find(channelId);
  if (channel === null) return notFound(channelId);
  if (principal.role === Role.admin || channel.ownerId === ownerOf(principal)) return channel;
  return notFound(channelId);
}

function notFound(channelId: string): never {
  throw new FoliosError('RESOURCE_NOT_FOUND', `no notification channel has the id ${channelId}`);
}

/** Lists of a schema can be written to, those of a port cannot. */
function listed({ rules, ...channel }: NotificationChannel) {
  const { kinds, strategyIds, accountIds, minSeverity } = rules;
  return {
    ...channel,
    rules: { minSeverity, kinds: [...kinds], strategyIds: [...strategyIds], accountIds: [...accountIds] },
  };
}
