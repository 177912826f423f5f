import { z } from 'zod';

/** What every part of the service says of itself. */
export const healthSchema = z.strictObject({
  status: z.enum(['healthy', 'unhealthy']),
  version: z.string(),
  simulated: z.boolean(),
  simulatedParts: z.array(z.string()),
  parts: z.array(z.strictObject({ name: z.string(), healthy: z.boolean(), detail: z.string() })),
});
