import { type ApiClient, answerOf } from '../../client/api-client.ts';
import type { paths } from '../../client/api-schema.gen.ts';
import { channelListSchema, deliveryListSchema, deliverySchema } from '../../contracts/schemas/api/alerts.ts';
import type { NotificationChannel } from '../../ports/notifier.ts';
import type { CliContext } from '../context.ts';
import { remotePort } from './only-here.ts';
import { readPages } from './pages.ts';

/** The document lists every time zone by name. */
type NewChannelBody = NonNullable<
  paths['/api/v1/notifications/channels']['post']['requestBody']
>['content']['application/json'];

const MAX_DELIVERIES = 500;

/** The caller's channels; an administrator's calls see all of them. */
export function remoteChannels(api: ApiClient): CliContext['channels'] {
  return remotePort<CliContext['channels']>(
    {
      list: () =>
        readPages<NotificationChannel>(undefined, async (query) =>
          channelListSchema.parse(await answerOf(api.GET('/api/v1/notifications/channels', { params: { query } }))),
        ),
      // Whose it is and its id are the server's to say.
      async add({ name, settings, rules, quietHours }) {
        const { kinds, strategyIds, accountIds, minSeverity } = rules;
        const written = { minSeverity, kinds: [...kinds], strategyIds: [...strategyIds], accountIds: [...accountIds] };
        const body = { name, settings, quietHours, rules: written } as NewChannelBody;
        await answerOf(api.POST('/api/v1/notifications/channels', { body }));
      },
      async remove(channelId) {
        const params = { path: { channelId } };
        return (await answerOf(api.DELETE('/api/v1/notifications/channels/{channelId}', { params }))).removed;
      },
    },
    'managing channels',
  );
}

/** A test is asked for and waited for by the server in one call; what came of it is read afterwards. */
export function remoteDeliveries(api: ApiClient): CliContext['deliveries'] {
  const read = (channelId: string, limit: number) =>
    readPages(limit, async (query) =>
      deliveryListSchema.parse(
        await answerOf(
          api.GET('/api/v1/notifications/channels/{channelId}/deliveries', { params: { path: { channelId }, query } }),
        ),
      ),
    );
  return remotePort<CliContext['deliveries']>(
    {
      async planTest(channelId) {
        const params = { path: { channelId } };
        const tested = await answerOf(api.POST('/api/v1/notifications/channels/{channelId}/test', { params }));
        return deliverySchema.parse(tested).alertId;
      },
      find: async (alertId, channelId) =>
        (await read(channelId, MAX_DELIVERIES)).find((delivery) => delivery.alertId === alertId) ?? null,
      listByChannel: read,
    },
    'managing channels',
  );
}
