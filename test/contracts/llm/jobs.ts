import { createHash } from 'node:crypto';
import { RECOMMENDATION_ANSWER } from '../../../src/contracts/schemas/recommendation.ts';
import type { BatchIntent, LlmJob } from '../../../src/ports/llm-provider.ts';

const PROMPT = 'Which shares would you buy, sell or hold?';

/** A job with `items` questions; its items' ids begin with its key. */
export function jobOf(key: string, model: string, items = 1, prompt = PROMPT): LlmJob {
  return {
    key,
    model,
    items: Array.from({ length: items }, (_, index) => ({
      customId: `${key}-i${index}`,
      system: 'You are a careful investor.',
      prompt: `${prompt}\nQuestion ${key} ${index}`,
    })),
    answer: RECOMMENDATION_ANSWER,
    maxOutputTokens: 4000,
  };
}

export function intentOf(job: LlmJob, payload: Uint8Array, intendedAt = new Date()): BatchIntent {
  return {
    key: job.key,
    model: job.model,
    itemCount: job.items.length,
    payloadSha256: createHash('sha256').update(payload).digest('hex'),
    intendedAt: intendedAt.toISOString(),
  };
}
