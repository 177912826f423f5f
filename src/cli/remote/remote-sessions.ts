import { type ApiClient, answerOf } from '../../client/api-client.ts';
import { brokerSessionPageSchema } from '../../contracts/schemas/api/broker-sessions.ts';
import type { CliContext } from '../context.ts';

const PAGE = 500;

/** The sessions with brokers, as a server tells of them. */
export function remoteSessions(api: ApiClient): CliContext['sessionStates'] {
  return {
    async list() {
      const query = { limit: PAGE };
      const page = await answerOf(api.GET('/api/v1/broker-sessions', { params: { query } }));
      return brokerSessionPageSchema.parse(page).items.map(({ account: _, ...session }) => session);
    },
  };
}
