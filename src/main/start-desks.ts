import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection, WorkerPlugin } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { DeskPorts } from '../../activities/orders/ports.ts';
import { createReportRecorder } from '../../activities/orders/report-recorder.ts';
import { lockSessionOf } from '../../db/connection.ts';
import { createFoliosClient } from '../client/folios-client.ts';
import type { Config } from '../config.ts';
import { openAccountDesk } from './account-desk.ts';
import { startAccountDesks } from './account-desks.ts';
import { openBrokerSession } from './broker-sessions.ts';
import { createConnectionWatch } from './connection-watch.ts';
import { orderPorts, type Services } from './services.ts';

/** This process, as people find it. */
const HOLDER = `${hostname()}:${process.pid}`;

/** The desks of all trading accounts that this process can get hold of. */
export function startDesks(
  config: Config,
  services: Services,
  temporal: {
    connection: NativeConnection;
    client: Client;
    namespace: string;
    dataConverter?: DataConverter;
    plugins?: readonly WorkerPlugin[];
  },
  log: Logger,
  more: Pick<DeskPorts, 'plantedBug'> = {},
): { stop(): Promise<void> } {
  const { connection, client, namespace, dataConverter, plugins = [] } = temporal;
  const folios = createFoliosClient(client);
  const locks = lockSessionOf(services.db);
  return startAccountDesks({
    accounts: services.accounts,
    log,
    tryHold: (name) => locks.tryHold(name),
    async open(account, lock) {
      const { session, gateway, marketMoved } = await openBrokerSession({ config, log, ...services }, account);
      return openAccountDesk({
        ports: {
          ...orderPorts(config, services),
          ...more,
          ...{ account, session, quietPeriodMs: config.brokerQuietMs },
          alerts: services.alerts,
          recordReports: createReportRecorder(account.accountId, services),
        },
        ...{ lock, connection, marketMoved, log },
        connectionWatch: createConnectionWatch(account, services),
        tellState: (state, at) =>
          services.sessionStates.tell({ accountId: account.accountId, state, gateway, holder: HOLDER }, at),
        worker: { namespace, plugins: [...plugins], ...(dataConverter ? { dataConverter } : {}) },
        tellTicket: (ticketId, news) => folios.tellTicket(ticketId, news),
      });
    },
  });
}
