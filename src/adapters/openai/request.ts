import { zodTextFormat } from 'openai/helpers/zod';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import type { LlmItem, LlmJob } from '../../ports/llm-provider.ts';

/** The body of one question for the Responses API. */
export function responseRequest(job: LlmJob, item: LlmItem): ResponseCreateParamsNonStreaming {
  return {
    model: job.model,
    instructions: item.system,
    input: item.prompt,
    max_output_tokens: job.maxOutputTokens,
    text: { format: zodTextFormat(job.answer.schema, job.answer.name) },
  };
}
