import { type Kysely, sql } from 'kysely';
import type { BrokerSessionState, BrokerSessionStates } from '../../src/ports/broker-session-states.ts';
import { withTranslatedErrors } from '../database-error.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

/** Binds the states of broker sessions to a database. */
export function createBrokerSessionStates(db: Kysely<DB>): BrokerSessionStates {
  return withTranslatedErrors<BrokerSessionStates>({
    async tell({ accountId, state, holder, gateway }, at) {
      const { host = null, port = null, clientId = null } = gateway ?? {};
      const told = { state, holder: storableText(holder), host, port, client_id: clientId };
      await db
        .insertInto('broker_session_states')
        .values({ account_id: accountId, ...told, since: at, renewed_at: at })
        .onConflict((conflict) =>
          conflict.column('account_id').doUpdateSet({
            ...told,
            since: sql`case when broker_session_states.state = excluded.state
              and broker_session_states.holder = excluded.holder then broker_session_states.since else excluded.since end`,
            renewed_at: at,
          }),
        )
        .execute();
    },
    async list() {
      const rows = await db
        .selectFrom('broker_session_states')
        .select(['account_id as accountId', 'state', 'holder', 'host', 'port', 'client_id as clientId'])
        .select(['since', 'renewed_at as renewedAt'])
        .orderBy('account_id')
        .execute();
      return rows.map(({ host, port, clientId, ...row }): BrokerSessionState => {
        const isNamed = host !== null && port !== null && clientId !== null;
        return { ...row, gateway: isNamed ? { host, port, clientId } : null };
      });
    },
  });
}
