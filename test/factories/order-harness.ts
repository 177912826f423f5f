import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import type { RiskLimits } from '../../src/domain/orders/risk-limits.ts';
import { startDesks } from '../../src/main/start-desks.ts';
import type { TradingAccount } from '../../src/ports/trading-accounts.ts';
import { type ResearchHarness, startResearchHarness } from './research-harness.ts';
import { startTwsStand, type TwsStand } from './tws-stand.ts';
import { waitFor } from './wait-for.ts';

/** The research harness with the desks of trading accounts. */
export interface OrderHarness extends ResearchHarness {
  openAccount(broker?: { readonly brokerAccount: string }, limits?: Partial<RiskLimits>): Promise<TradingAccount>;
}

export async function startOrderHarness(
  env: Record<string, string> = {},
  options: Parameters<typeof startResearchHarness>[0] = {},
): Promise<OrderHarness> {
  const harness = await startResearchHarness({ ...options, env: { FOLIOS_BROKER_QUIET_MS: '500', ...env } });
  const { config, services, client, namespace } = harness;
  const connection = await NativeConnection.connect({ address: harness.env.TEMPORAL_ADDRESS ?? '' });
  const desks = startDesks(config, services, { connection, client, namespace }, pino({ level: 'silent' }));
  return {
    ...harness,
    async openAccount(broker, limits) {
      return services.accounts.open(
        {
          name: `test-${randomUUID().slice(0, 8)}`,
          // What a real account begins with is what its broker tells.
          ...(broker
            ? { broker: 'ibkr', ...broker, initialBalanceUsd: '0' }
            : { broker: 'paper', initialBalanceUsd: '100000' }),
          priceSource: 'replay',
          ...(limits ? { limits } : {}),
          openedOn: config.replayStart,
        },
        new Date(),
      );
    },
    async close() {
      await desks.stop();
      await connection.close();
      await harness.close();
    },
  };
}

/** The harness with one account at a TWS simulator, whose books are open. */
export interface IbkrHarness extends OrderHarness {
  readonly tws: TwsStand;
  readonly accountId: string;
}

export async function startIbkrHarness(): Promise<IbkrHarness> {
  const brokerAccount = 'DU1000001';
  const tws = await startTwsStand([brokerAccount]);
  const harness = await startOrderHarness({ FOLIOS_TWS_EMULATOR_PORT: String(tws.port) });
  const { accountId } = await harness.openAccount({ brokerAccount });
  await waitFor('the books are opened', async () => (await harness.services.portfolio.balances(accountId)).size > 0);
  return {
    ...harness,
    ...{ tws, accountId },
    async close() {
      await harness.close();
      await tws.close();
    },
  };
}
