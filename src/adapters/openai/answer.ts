import { z } from 'zod';
import type { LlmItemResult } from '../../ports/llm-provider.ts';
import { cachedTokens } from '../llm/cached-tokens.ts';
import { boundedAnswer } from '../llm/limits.ts';

const contentSchema = z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() });

/** What folios reads of a response of the Responses API. */
export const responseSchema = z.looseObject({
  status: z.string().nullish(),
  error: z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
  incomplete_details: z.looseObject({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.looseObject({ type: z.string(), content: z.array(contentSchema).nullish() })).default([]),
  usage: z
    .looseObject({
      input_tokens: z.number(),
      output_tokens: z.number(),
      input_tokens_details: z.looseObject({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish(),
});

/** One response as the result of an item. ANSWER_TOO_LARGE. */
export function itemResultOf(customId: string, response: z.infer<typeof responseSchema>): LlmItemResult {
  const failed = (reason: string): LlmItemResult => ({ customId, outcome: 'failed', reason });
  if (response.status === 'cancelled') return { customId, outcome: 'cancelled', reason: 'the response was cancelled' };
  if (response.status === 'failed' || response.error) {
    return failed(response.error?.message ?? response.error?.code ?? 'the response failed without a reason');
  }
  const contents = response.output.flatMap((output) => (output.type === 'message' ? (output.content ?? []) : []));
  const refusal = contents.find((content) => content.type === 'refusal');
  if (refusal) return failed(`the model refused: ${refusal.refusal ?? ''}`);
  const cause = response.incomplete_details?.reason ?? null;
  const truncated = response.status === 'incomplete' && cause === 'max_output_tokens';
  if (response.status === 'incomplete' && !truncated)
    return failed(`the answer is incomplete: ${cause ?? 'no reason'}`);
  const text = contents.map((content) => (content.type === 'output_text' ? (content.text ?? '') : '')).join('');
  if (text === '' && !truncated) return failed('the response holds no text');
  return {
    customId,
    outcome: 'answered',
    text: boundedAnswer(customId, text),
    usage: {
      inputTokens: response.usage?.input_tokens ?? 0,
      ...cachedTokens(response.usage?.input_tokens_details?.cached_tokens),
      outputTokens: response.usage?.output_tokens ?? 0,
    },
    truncated,
  };
}
