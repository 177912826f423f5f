import OpenAI from 'openai';
import { createProviderCaller, type ProviderCaller } from '../llm/provider-caller.ts';
import type { ProviderSettings } from '../llm/settings.ts';

/** Calls of OpenAI's SDK. Keys and addresses come from the settings, never from the environment; its retries and log are off. */
export function createOpenAiCaller(
  settings: ProviderSettings & { readonly timeoutMs: number },
): ProviderCaller<OpenAI> {
  return createProviderCaller(
    'openai',
    settings,
    (fetch) =>
      new OpenAI({
        apiKey: settings.apiKey,
        baseURL: settings.baseUrl,
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        maxRetries: 0,
        timeout: settings.timeoutMs,
        logLevel: 'off',
        fetch,
      }),
  );
}
