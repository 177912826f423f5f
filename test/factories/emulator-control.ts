import type { ProviderName } from '../../src/domain/research/provider.ts';
import type { Fault } from '../../src/emulators/control/faults.ts';
import type { EmulatorState } from '../../src/emulators/control/state.ts';
import type { RunningEmulators } from '../../src/emulators/start.ts';

/** The emulators' control endpoints: faults in, the provider's own truth out. */
export interface ControlledEmulators {
  readonly urls: RunningEmulators['urls'];
  state(provider: ProviderName): Promise<EmulatorState>;
  arm(provider: ProviderName, fault: Fault): Promise<void>;
  disarm(provider: ProviderName): Promise<void>;
  /** With `openBatches` also for the batches that are still open. */
  setLatency(
    provider: ProviderName,
    latency: { latencyMs?: number; directLatencyMs?: number; openBatches?: boolean },
  ): Promise<void>;
}

export function controlEmulators({ urls }: Pick<RunningEmulators, 'urls'>): ControlledEmulators {
  const call = async (provider: ProviderName, method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${new URL(urls[provider]).origin}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} at ${provider}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    urls,
    state: (provider) => call(provider, 'GET', 'state') as Promise<EmulatorState>,
    arm: async (provider, fault) => void (await call(provider, 'POST', 'faults', fault)),
    disarm: async (provider) => void (await call(provider, 'DELETE', 'faults')),
    setLatency: async (provider, latency) => void (await call(provider, 'POST', 'latency', latency)),
  };
}
