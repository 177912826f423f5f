import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createChangeFeed } from '../../db/repositories/change-feed.ts';
import { createPages } from '../../db/repositories/pages.ts';
import { createChangeHub } from '../api/events/change-hub.ts';
import type { TradingResourcePorts } from '../api/trading-resources.ts';
import { createFoliosClient } from '../client/folios-client.ts';
import type { Config } from '../config.ts';
import { cliContext } from './cli-context.ts';
import type { Service } from './service.ts';

/** What the API's routes of strategies, accounts and orders work with: what the commands do, and what only a server needs. */
export function tradingPorts(
  config: Config,
  { services, temporal }: Service,
  log: Logger,
): Omit<TradingResourcePorts, 'ownership'> {
  const { db, clock } = services;
  return {
    ...cliContext(config, services, temporal),
    folios: createFoliosClient(temporal.client),
    artifacts: services.artifacts,
    pages: createPages(db),
    changes: createChangeHub(createChangeFeed(db), { log, now: () => clock.now() }),
    newId: randomUUID,
  };
}
