import { z } from 'zod';
import type { LlmItem, LlmJob } from '../../ports/llm-provider.ts';

const textPartsSchema = z.object({ parts: z.array(z.object({ text: z.string() })) });

/** A line of our payload, in the form of Gemini's batch input files. */
export const payloadLineSchema = z.object({
  key: z.string(),
  request: z.object({
    contents: z.array(textPartsSchema.extend({ role: z.literal('user') })),
    systemInstruction: textPartsSchema,
    generationConfig: z.object({
      maxOutputTokens: z.number(),
      responseMimeType: z.string(),
      responseJsonSchema: z.record(z.string(), z.unknown()),
    }),
  }),
});
export type GeminiRequest = z.infer<typeof payloadLineSchema>['request'];

/** The body of one question for generateContent. */
export function contentRequest(job: LlmJob, item: LlmItem): GeminiRequest {
  // The dialect's name is no part of the schema, and Gemini takes only the keywords it knows.
  const { $schema: _, ...schema } = z.toJSONSchema(job.answer.schema);
  return {
    contents: [{ role: 'user', parts: [{ text: item.prompt }] }],
    systemInstruction: { parts: [{ text: item.system }] },
    generationConfig: {
      maxOutputTokens: job.maxOutputTokens,
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    },
  };
}
