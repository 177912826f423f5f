import { z } from 'zod';

/** Problem Details as of RFC 9457, with our code. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    /** The id of the request, as it stands in the log. */
    instance: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    /** The fields of the input that are wrong; `path` such as `/body/legs/0/quantity`. */
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    /** What a program needs to understand the case. */
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
