import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { LlmDirectProvider } from '../../ports/llm-provider.ts';
import { fromJson } from '../llm/json-lines.ts';
import { ANSWER_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { singleItem } from '../llm/single-item.ts';
import { itemResultOf, messageSchema } from './answer.ts';
import { createAnthropicCaller } from './caller.ts';
import { messageRequest } from './request.ts';

/** Anthropic's Messages API, one question a call. */
export function createAnthropicDirectProvider(settings: ProviderSettings): LlmDirectProvider {
  const calls = createAnthropicCaller({ ...settings, timeoutMs: settings.timeoutMs ?? ANSWER_TIMEOUT_MS });
  return {
    provider: ProviderName.anthropic,
    mode: ProviderMode.direct,
    simulated: settings.simulated,
    ask: (job, signal) => {
      const item = singleItem(job);
      return calls.start('answer', signal, async (client, http) => {
        await client.messages.create(messageRequest(job, item), { signal });
        return { raw: http.body(), item: itemResultOf(item.customId, fromJson(http.body(), messageSchema)) };
      });
    },
  };
}
