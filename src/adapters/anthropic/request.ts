import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { LlmItem, LlmJob } from '../../ports/llm-provider.ts';

/** The parameters of one question for the Messages API. */
export function messageRequest(job: LlmJob, item: LlmItem): MessageCreateParamsNonStreaming {
  const { type, schema } = zodOutputFormat(job.answer.schema);
  return {
    model: job.model,
    max_tokens: job.maxOutputTokens,
    system: item.system,
    messages: [{ role: 'user', content: item.prompt }],
    output_config: { format: { type, schema } },
  };
}
