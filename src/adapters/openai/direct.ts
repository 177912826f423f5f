import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { LlmDirectProvider } from '../../ports/llm-provider.ts';
import { fromJson } from '../llm/json-lines.ts';
import { ANSWER_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { singleItem } from '../llm/single-item.ts';
import { itemResultOf, responseSchema } from './answer.ts';
import { createOpenAiCaller } from './caller.ts';
import { responseRequest } from './request.ts';

/** OpenAI's Responses API, one question a call. */
export function createOpenAiDirectProvider(settings: ProviderSettings): LlmDirectProvider {
  const calls = createOpenAiCaller({ ...settings, timeoutMs: settings.timeoutMs ?? ANSWER_TIMEOUT_MS });
  return {
    provider: ProviderName.openai,
    mode: ProviderMode.direct,
    simulated: settings.simulated,
    ask: (job, signal) => {
      const item = singleItem(job);
      return calls.start('answer', signal, async (client, http) => {
        await client.responses.create(responseRequest(job, item), { signal });
        return { raw: http.body(), item: itemResultOf(item.customId, fromJson(http.body(), responseSchema)) };
      });
    },
  };
}
