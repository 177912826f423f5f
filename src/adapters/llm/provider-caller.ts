import type { ProviderName } from '../../domain/research/provider.ts';
import { type HttpCall, openHttpCall } from './http-call.ts';
import { providerErrorOf } from './provider-error.ts';
import type { ProviderSettings } from './settings.ts';

type Work<Client, T> = (client: Client, http: HttpCall) => Promise<T>;

/** Runs calls of a vendor's SDK so that every failure is a ProviderError with the right effect. */
export interface ProviderCaller<Client> {
  /** A call that begins nothing at the provider, whatever becomes of it. `action` completes "was asked to …". */
  read<T>(
    action: string,
    signal: AbortSignal | undefined,
    work: Work<Client, T>,
    options?: { firstLineOnly?: boolean },
  ): Promise<T>;
  /** A call that makes the provider begin paid work: a failure leaves it in doubt unless the wire proves otherwise. */
  start<T>(action: string, signal: AbortSignal | undefined, work: Work<Client, T>): Promise<T>;
}

/** `connect` builds the SDK's client on the given fetch; one client a call, which costs microseconds and shares nothing. */
export function createProviderCaller<Client>(
  provider: ProviderName,
  settings: ProviderSettings & { readonly timeoutMs: number },
  connect: (fetch: typeof globalThis.fetch) => Client,
): ProviderCaller<Client> {
  async function run<T>(
    action: string,
    startsWork: boolean,
    options: { signal: AbortSignal | undefined; firstLineOnly?: boolean },
    work: Work<Client, T>,
  ): Promise<T> {
    const http = openHttpCall({ timeoutMs: settings.timeoutMs, ...options });
    try {
      return await work(connect(http.fetch), http);
    } catch (error) {
      throw providerErrorOf(error, { provider, action, startsWork, apiKey: settings.apiKey }, http.outcome());
    }
  }
  return {
    read: (action, signal, work, options) => run(action, false, { signal, ...options }, work),
    start: (action, signal, work) => run(action, true, { signal }, work),
  };
}
