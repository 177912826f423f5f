import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { LlmDirectProvider } from '../../ports/llm-provider.ts';
import { fromJson } from '../llm/json-lines.ts';
import { ANSWER_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { singleItem } from '../llm/single-item.ts';
import { contentResponseSchema, itemResultOf } from './answer.ts';
import { createGeminiCaller } from './caller.ts';
import { contentRequest } from './request.ts';

/** Gemini's generateContent, one question a call. */
export function createGeminiDirectProvider(settings: ProviderSettings): LlmDirectProvider {
  const calls = createGeminiCaller({ ...settings, timeoutMs: settings.timeoutMs ?? ANSWER_TIMEOUT_MS });
  return {
    provider: ProviderName.gemini,
    mode: ProviderMode.direct,
    simulated: settings.simulated,
    ask: (job, signal) => {
      const item = singleItem(job);
      const { contents, systemInstruction, generationConfig } = contentRequest(job, item);
      return calls.start('answer', signal, async (client, http) => {
        await client.models.generateContent({
          model: job.model,
          contents,
          config: { ...generationConfig, systemInstruction },
        });
        return { raw: http.body(), item: itemResultOf(item.customId, fromJson(http.body(), contentResponseSchema)) };
      });
    },
  };
}
