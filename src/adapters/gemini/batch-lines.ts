import { z } from 'zod';
import type { LlmItemResult } from '../../ports/llm-provider.ts';
import { fromJsonLines } from '../llm/json-lines.ts';
import { contentResponseSchema, itemResultOf } from './answer.ts';

/** A result: inline ones carry our key in their metadata, lines of a file beside it. */
const lineSchema = z.looseObject({
  key: z.string().nullish(),
  metadata: z.looseObject({ key: z.string().nullish() }).nullish(),
  response: z.unknown().optional(),
  error: z
    .looseObject({ code: z.number().nullish(), message: z.string().nullish(), status: z.string().nullish() })
    .nullish(),
});

/** google.rpc.Code: what a request of a batch ends with if the batch is cancelled or expires. */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;

/** The items of a batch's results as JSON lines. Throws where a line is not in the documented form or has no key. */
export function itemResultsOf(results: Uint8Array): LlmItemResult[] {
  return fromJsonLines(results, lineSchema).map((line): LlmItemResult => {
    const customId = line.key ?? line.metadata?.key;
    if (!customId) throw new Error('a result carries no key');
    if (!line.error) return itemResultOf(customId, contentResponseSchema.parse(line.response));
    const { code, message, status } = line.error;
    const outcome = code === CANCELLED ? 'cancelled' : code === DEADLINE_EXCEEDED ? 'expired' : 'failed';
    return { customId, outcome, reason: message ?? status ?? `error ${code ?? 'without a code'}` };
  });
}
