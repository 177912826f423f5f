import { z } from 'zod';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const MAX_DATA_CHARACTERS = 4_000_000;

const base64Schema = z.string().max(MAX_DATA_CHARACTERS).regex(BASE64, 'is not base64');

/** One payload as Temporal's remote codec protocol writes it: the JSON form of its protocol buffer message. */
export const payloadSchema = z.looseObject({
  metadata: z
    .record(z.string().max(200), base64Schema)
    .refine((fields) => Object.keys(fields).length <= 50, 'has more than 50 fields')
    .optional(),
  data: base64Schema.optional(),
});

export const payloadsSchema = z.looseObject({ payloads: z.array(payloadSchema).max(2000).default([]) });
export type Payloads = z.output<typeof payloadsSchema>;

export const codecHeadersSchema = z.looseObject({
  'x-namespace': z.string().max(255).optional().describe('The Temporal namespace of the payloads'),
});
