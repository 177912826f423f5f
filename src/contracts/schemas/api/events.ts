import { z } from 'zod';
import { severalOf } from './values.ts';

const placeSchema = z.string().regex(/^\d{1,19}-\d{1,18}$/, 'is no event’s id');

export const eventsQuerySchema = z.strictObject({
  kind: severalOf(z.enum(['task', 'order', 'execution', 'position']), 4)
    .optional()
    .describe('Only these kinds; a run is seen by its tasks, a trade by its executions'),
  lastEventId: placeSchema.optional().describe('For clients that cannot send the header `Last-Event-ID`'),
});
export const eventsHeadersSchema = z.looseObject({
  'last-event-id': placeSchema.optional().describe('The last event that was seen: all after it follow'),
});
