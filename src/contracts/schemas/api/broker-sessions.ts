import { z } from 'zod';
import { pageSchema } from './page.ts';
import { idSchema, timeSchema } from './values.ts';

/** How the session with an account's broker stands. */
export const brokerSessionSchema = z.strictObject({
  accountId: idSchema,
  account: z.string(),
  state: z.enum(['ready', 'connecting', 'broker_unreachable', 'closed']),
  holder: z.string().describe('The process that holds the session'),
  gateway: z
    .strictObject({ host: z.string(), port: z.int(), clientId: z.int() })
    .nullable()
    .describe('Null for the paper broker'),
  since: timeSchema.describe('Since when it is in this state'),
  renewedAt: timeSchema.describe('When its holder told of it for the last time'),
});
export const brokerSessionPageSchema = pageSchema(brokerSessionSchema);
