import pino from 'pino';
import { type ApiClient, createApiClient } from '../../../src/client/api-client.ts';
import type { Role } from '../../../src/domain/access/principal.ts';
import type { Service } from '../../../src/main/service.ts';
import { tradingPorts } from '../../../src/main/trading-ports.ts';
import { startHarnessApi } from '../../factories/harness-api.ts';
import { type OrderHarness, startOrderHarness } from '../../factories/order-harness.ts';
import type { ApiStand, Caller } from '../api-stand.ts';

/** Somebody with a token, and the generated client with it. */
export interface Person extends Caller {
  readonly token: string;
  readonly client: ApiClient;
}

export interface ResourceStand {
  readonly harness: OrderHarness;
  readonly api: ApiStand;
  readonly url: string;
  /** The port over which the CLI works on this machine. */
  readonly ports: ReturnType<typeof tradingPorts>;
  person(name: string, role: Role): Promise<Person>;
  close(): Promise<void>;
}

/** The whole service with its workers and desks, and the API in front of it, listening. */
export async function startResourceStand(): Promise<ResourceStand> {
  const harness = await startOrderHarness();
  const service = { services: harness.services, temporal: { client: harness.client } } as unknown as Service;
  const ports = tradingPorts(harness.config, service, pino({ level: 'silent' }));
  const { budgets, alerts } = harness.services;
  const api = await startHarnessApi(harness, {
    ports: { ...ports, budgets, alerts, now: () => new Date() } as never,
  });
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ harness, api, url, ports },
    async person(name, role) {
      const caller = await api.addUser(name, role);
      const token = (caller.headers.authorization ?? '').replace('Bearer ', '');
      return { ...caller, token, client: createApiClient({ server: url, token }) };
    },
    async close() {
      ports.changes.close();
      await api.close();
      await harness.close();
    },
  };
}
