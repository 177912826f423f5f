import { brokerSessionPageSchema } from '../../contracts/schemas/api/broker-sessions.ts';
import { pageQuerySchema } from '../../contracts/schemas/api/page.ts';
import type { BrokerSessionStates } from '../../ports/broker-session-states.ts';
import type { ApiApp } from '../api-app.ts';
import { type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { pageOf } from '../paging.ts';

export interface BrokerSessionRoutePorts extends OwnedThingsPorts {
  readonly sessionStates: Pick<BrokerSessionStates, 'list'>;
}

/** `GET /broker-sessions`: how the session with each account's broker stands, and which process holds it. */
export async function brokerSessionRoutes(app: ApiApp, ports: BrokerSessionRoutePorts): Promise<void> {
  app.get(
    '/broker-sessions',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listBrokerSessions',
        tags: ['accounts'],
        summary: 'List the sessions with brokers',
        description: 'One for each account that takes orders; its holder renews it every 15 seconds.',
        querystring: pageQuerySchema,
        response: { 200: brokerSessionPageSchema },
      },
    },
    async ({ principal, query }) => {
      const accounts = await (await ownedThings(ports, principal)).accounts();
      const names = new Map(accounts.map(({ accountId, name }) => [accountId, name]));
      const sessions = (await ports.sessionStates.list()).flatMap((session) => {
        const account = names.get(session.accountId);
        return account === undefined ? [] : [{ account, ...session }];
      });
      return pageOf(sessions, ({ account }) => account, query);
    },
  );
}
