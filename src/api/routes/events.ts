import sse, { type SSEPluginOptions } from '@fastify/sse';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { eventsHeadersSchema, eventsQuerySchema } from '../../contracts/schemas/api/events.ts';
import { ownerSeenBy } from '../../domain/access/principal.ts';
import type { Change } from '../../ports/change-feed.ts';
import type { ApiApp } from '../api-app.ts';
import type { ChangeHub } from '../events/change-hub.ts';

export interface EventRoutePorts {
  readonly changes: ChangeHub;
}

/** The module itself is the plugin; what its types call the default export would stay inside a scope of its own. */
const PLUGIN = sse as unknown as FastifyPluginAsync<SSEPluginOptions>;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
/** Bytes that wait for one client at most: about 500 events. Who takes them slower comes again with `Last-Event-ID`. */
const MAX_BUFFERED_BYTES = 256 * 1024;
/** A stream is allowed once, at its beginning: whoever has lost a right has lost the stream soon, too. */
const MAX_STREAM_MS = 10 * 60_000;

const DESCRIPTION = `Server-sent events: \`task\`, \`order\`, \`execution\` and \`position\`, each with how the thing stands now.
\`ready\` says from where on events follow, \`reset\` that older ones are forgotten and lists must be read anew.
A stream ends after ten minutes, or when its client is too slow; the next one goes on after \`Last-Event-ID\` without a gap.`;

/** `GET /events`: what changes, as it changes; only one's own. */
export async function eventRoutes(app: ApiApp, { changes }: EventRoutePorts): Promise<void> {
  await app.register(PLUGIN, { heartbeatInterval: HEARTBEAT_MS });
  app.get(
    '/events',
    {
      sse: 'only',
      config: { access: 'read' },
      schema: {
        operationId: 'watchEvents',
        tags: ['events'],
        summary: 'Watch tasks, orders, fills and positions change',
        description: DESCRIPTION,
        querystring: eventsQuerySchema,
        headers: eventsHeadersSchema,
        response: {
          200: {
            description: 'Events, until one of the two sides ends it',
            content: { 'text/event-stream': { schema: z.unknown() } },
          },
        },
      },
    },
    async ({ principal, query, headers }, reply) => {
      const { kind } = query;
      const stream = reply.sse;
      const { raw } = reply;
      // Every event that waits for a slow client listens for its end; their number is bounded by bytes.
      raw.setMaxListeners(0);
      stream.keepAlive();
      stream.sendHeaders();
      const send = (event: string, id: string, data: object, retry?: number) => {
        if (raw.writableLength > MAX_BUFFERED_BYTES) return false;
        // Its failure is the connection's end, of which `onClose` tells.
        stream.send({ event, id, data, ...(retry === undefined ? {} : { retry }) }).catch(() => undefined);
        return true;
      };
      const leave = changes.join(
        {
          ownerId: ownerSeenBy(principal),
          kinds: kind === undefined ? null : new Set([kind].flat()),
          begin: (place, isWhole) => void send(isWhole ? 'ready' : 'reset', place, {}, RETRY_MS),
          tell: (change) => send(change.kind, change.id, dataOf(change)),
          drop: () => void raw.destroy(),
        },
        headers['last-event-id'] ?? query.lastEventId ?? null,
      );
      const end = setTimeout(() => stream.close(), MAX_STREAM_MS).unref();
      stream.onClose(() => {
        clearTimeout(end);
        leave();
      });
      raw.once('close', leave);
    },
  );
}

function dataOf({ accountId, strategyId, data, at }: Change): object {
  return { accountId, strategyId, at, ...data };
}
