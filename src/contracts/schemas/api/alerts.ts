import { z } from 'zod';
import { AlertKind, Severity } from '../../../domain/alerts/alert.ts';
import { channelRulesSchema, channelSettingsSchema, quietHoursSchema } from '../notification-channel.ts';
import { pageQueryShape, pageSchema } from './page.ts';
import { flagQuerySchema, idSchema, timeSchema } from './values.ts';

export const alertQuerySchema = z.strictObject({
  ...pageQueryShape,
  all: flagQuerySchema.optional().describe('Acknowledged ones as well; only open ones when absent'),
  kind: z.enum(AlertKind).optional(),
  severity: z.enum(Severity).optional(),
});

export const alertSchema = z.strictObject({
  alertId: idSchema,
  kind: z.enum(AlertKind),
  severity: z.enum(Severity),
  subject: z.string(),
  text: z.string().describe('What happened, a line each time that it was repeated'),
  strategyId: idSchema.nullable(),
  strategySlug: z.string().nullable(),
  accountId: idSchema.nullable(),
  accountName: z.string().nullable(),
  workflowId: z.string().nullable(),
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
  count: z.int(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: timeSchema.nullable(),
});
export const alertListSchema = pageSchema(alertSchema);
export const alertParamsSchema = z.strictObject({ alertId: idSchema });

export const channelSchema = z.strictObject({
  channelId: idSchema,
  ownerId: idSchema.nullable().describe('The user to whom it belongs; null for the operator’s'),
  name: z.string(),
  settings: channelSettingsSchema,
  rules: channelRulesSchema,
  quietHours: quietHoursSchema.nullable(),
  createdBy: z.string(),
  createdAt: timeSchema,
});
export const channelListSchema = pageSchema(channelSchema);
export const channelParamsSchema = z.strictObject({ channelId: idSchema });
export const channelRemovedSchema = z.strictObject({ removed: z.literal(true), channelId: idSchema });

export const deliverySchema = z.strictObject({
  alertId: idSchema,
  channelId: idSchema,
  state: z.enum(['waiting', 'sent', 'given_up', 'dropped']),
  plannedAt: timeSchema,
  toldCount: z.int(),
  attempts: z.int(),
  lastError: z.string().nullable().describe('Why the last attempt failed, without any secret'),
  sentAt: timeSchema.nullable(),
});
export const deliveryListSchema = pageSchema(deliverySchema);
