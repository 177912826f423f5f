import { join } from 'node:path';
import { createReplayMarketData } from '../../src/adapters/replay/market-data.ts';
import type { SimulatorLedger } from '../../src/emulators/tws/control/ledger.ts';
import { createMarketDataMarket } from '../../src/emulators/tws/market/market-data-market.ts';
import { startTwsSimulator } from '../../src/emulators/tws/simulator.ts';
import { ROOT } from './research-harness.ts';

/** A TWS simulator over the replayed prices, with the control endpoint at hand. */
export interface TwsStand {
  readonly port: number;
  control(path: string, body?: object): Promise<unknown>;
  ledger(): Promise<SimulatorLedger>;
  close(): Promise<void>;
}

export async function startTwsStand(accounts: readonly string[]): Promise<TwsStand> {
  const market = createMarketDataMarket(createReplayMarketData(join(ROOT, 'data')), {
    firstDay: '2020-12-31',
    symbols: ['KO', 'PEP'],
  });
  const simulator = await startTwsSimulator({
    port: 0,
    controlPort: 0,
    stateFile: null,
    accounts: [...accounts],
    market,
  });
  const control: TwsStand['control'] = async (path, body) => {
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    const response = await fetch(`${simulator.url}/_control/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    port: simulator.port,
    control,
    ledger: async () => (await control('ledger')) as SimulatorLedger,
    close: () => simulator.close(),
  };
}
