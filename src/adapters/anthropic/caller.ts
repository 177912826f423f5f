import Anthropic from '@anthropic-ai/sdk';
import { createProviderCaller, type ProviderCaller } from '../llm/provider-caller.ts';
import type { ProviderSettings } from '../llm/settings.ts';

/** Calls of Anthropic's SDK. Keys and addresses come from the settings, never from the environment; its retries, log and traces are off. */
export function createAnthropicCaller(
  settings: ProviderSettings & { readonly timeoutMs: number },
): ProviderCaller<Anthropic> {
  return createProviderCaller(
    'anthropic',
    settings,
    (fetch) =>
      new Anthropic({
        apiKey: settings.apiKey,
        baseURL: settings.baseUrl,
        webhookKey: null,
        maxRetries: 0,
        timeout: settings.timeoutMs,
        logLevel: 'off',
        openTelemetry: false,
        fetch,
      }),
  );
}
