import { z } from 'zod';
import type { LlmItemResult } from '../../ports/llm-provider.ts';
import { fromJsonLines } from '../llm/json-lines.ts';
import { itemResultOf, responseSchema } from './answer.ts';

const errorSchema = z.looseObject({ code: z.string().nullish(), message: z.string().nullish() });

/** A line of an output file or an error file. */
const lineSchema = z.looseObject({
  custom_id: z.string(),
  response: z.looseObject({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: errorSchema.nullish(),
});
const errorBodySchema = z.looseObject({ error: errorSchema.nullish() });

/** The items of an output or error file, in the file's order. Throws where a line is not in the documented form. */
export function itemResultsOf(file: Uint8Array): LlmItemResult[] {
  return fromJsonLines(file, lineSchema).map((line) => {
    const customId = line.custom_id;
    if (line.response && line.response.status_code >= 200 && line.response.status_code < 300) {
      return itemResultOf(customId, responseSchema.parse(line.response.body));
    }
    const body = errorBodySchema.safeParse(line.response?.body).data?.error;
    const code = line.error?.code ?? body?.code ?? null;
    const status = line.response ? `status ${line.response.status_code}` : 'no response';
    return { customId, outcome: outcomeOf(code), reason: line.error?.message ?? body?.message ?? code ?? status };
  });
}

function outcomeOf(code: string | null): 'failed' | 'expired' | 'cancelled' {
  if (code === 'batch_expired') return 'expired';
  return code === 'batch_cancelled' ? 'cancelled' : 'failed';
}
