import { z } from 'zod';
import type { LlmItemResult } from '../../ports/llm-provider.ts';
import { cachedTokens } from '../llm/cached-tokens.ts';
import { boundedAnswer } from '../llm/limits.ts';

const tokens = z.number().nullish();

/** What folios reads of a message. */
export const messageSchema = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  stop_details: z.looseObject({ category: z.string().nullish(), explanation: z.string().nullish() }).nullish(),
  usage: z.looseObject({
    input_tokens: tokens,
    output_tokens: tokens,
    cache_creation_input_tokens: tokens,
    cache_read_input_tokens: tokens,
  }),
});

const CUT_REASONS = ['max_tokens', 'model_context_window_exceeded'];

/** One message as the result of an item. ANSWER_TOO_LARGE. */
export function itemResultOf(customId: string, message: z.infer<typeof messageSchema>): LlmItemResult {
  if (message.stop_reason === 'refusal') {
    const why = message.stop_details?.explanation ?? message.stop_details?.category ?? 'no reason given';
    return { customId, outcome: 'failed', reason: `the model refused: ${why}` };
  }
  const truncated = CUT_REASONS.includes(message.stop_reason ?? '');
  const text = message.content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
  if (text === '' && !truncated) return { customId, outcome: 'failed', reason: 'the message holds no text' };
  const { usage } = message;
  return {
    customId,
    outcome: 'answered',
    text: boundedAnswer(customId, text),
    usage: {
      inputTokens:
        (usage.input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0),
      ...cachedTokens(usage.cache_read_input_tokens),
      outputTokens: usage.output_tokens ?? 0,
    },
    truncated,
  };
}
