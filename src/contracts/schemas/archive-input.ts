import { z } from 'zod';

export const archiveHistoriesInputSchema = z.strictObject({
  /** Only executions of this workflow type; all when absent. */
  workflowType: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,99}$/)
    .exactOptional(),
});
export type ArchiveHistoriesInput = z.input<typeof archiveHistoriesInputSchema>;
