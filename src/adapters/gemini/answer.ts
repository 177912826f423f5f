import { z } from 'zod';
import type { LlmItemResult } from '../../ports/llm-provider.ts';
import { cachedTokens } from '../llm/cached-tokens.ts';
import { boundedAnswer } from '../llm/limits.ts';

const partSchema = z.looseObject({ text: z.string().nullish(), thought: z.boolean().nullish() });
const tokens = z.number().nullish();

/** What folios reads of a response to generateContent. */
export const contentResponseSchema = z.looseObject({
  candidates: z
    .array(
      z.looseObject({
        content: z.looseObject({ parts: z.array(partSchema).nullish() }).nullish(),
        finishReason: z.string().nullish(),
        finishMessage: z.string().nullish(),
      }),
    )
    .nullish(),
  promptFeedback: z
    .looseObject({ blockReason: z.string().nullish(), blockReasonMessage: z.string().nullish() })
    .nullish(),
  usageMetadata: z
    .looseObject({
      promptTokenCount: tokens,
      cachedContentTokenCount: tokens,
      candidatesTokenCount: tokens,
      thoughtsTokenCount: tokens,
    })
    .nullish(),
});

/** One response as the result of an item; thoughts are billed as output. ANSWER_TOO_LARGE. */
export function itemResultOf(customId: string, response: z.infer<typeof contentResponseSchema>): LlmItemResult {
  const failed = (reason: string): LlmItemResult => ({ customId, outcome: 'failed', reason });
  const blocked = response.promptFeedback?.blockReason;
  if (blocked) return failed(`the prompt was blocked: ${response.promptFeedback?.blockReasonMessage ?? blocked}`);
  const candidate = response.candidates?.[0];
  if (candidate === undefined) return failed('the response holds no candidate');
  const truncated = candidate.finishReason === 'MAX_TOKENS';
  if (!truncated && candidate.finishReason && candidate.finishReason !== 'STOP') {
    return failed(`the model stopped: ${candidate.finishMessage ?? candidate.finishReason}`);
  }
  const parts = candidate.content?.parts ?? [];
  const text = parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
  if (text === '' && !truncated) return failed('the response holds no text');
  const usage = response.usageMetadata;
  return {
    customId,
    outcome: 'answered',
    text: boundedAnswer(customId, text),
    usage: {
      inputTokens: usage?.promptTokenCount ?? 0,
      ...cachedTokens(usage?.cachedContentTokenCount),
      outputTokens: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
    },
    truncated,
  };
}
