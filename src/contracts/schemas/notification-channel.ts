import { z } from 'zod';
import { AlertKind, Severity } from '../../domain/alerts/alert.ts';

/** Patterns and no functions: the document of the API says all that is asked of a field. */
const secretReference = z
  .string()
  .max(120)
  .regex(
    /^(env:NOTIFY_[A-Z0-9_]{1,100}|file:[A-Za-z0-9][A-Za-z0-9._-]{0,100})$/,
    'must be env:NOTIFY_NAME or file:name: where the secret is, never the secret',
  );

/** Credentials in an address would be kept with it; they belong in a secret. */
const plainUrl = z
  .string()
  .max(1000)
  .regex(
    /^https?:\/\/([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(\/[A-Za-z0-9._~%/-]{0,700})?$/,
    'must be an http or https address without user, password, query and fragment, or a reference',
  );

const userName = z
  .string()
  .max(200)
  .regex(/^[!-~][ -~]*$/, 'must be one line of visible ASCII characters');
const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s<>@,;"()]{1,64}@[^\s<>@,;"()]{1,189}$/, 'must be an e-mail address');
const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address');

/** Where a channel leads, by its kind. Secrets are references. */
export const channelSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url: z.union([plainUrl, secretReference]), secret: secretReference }),
  z.strictObject({ kind: z.literal('slack'), url: secretReference }),
  z.strictObject({
    kind: z.literal('telegram'),
    token: secretReference,
    chatId: z.string().regex(/^(-?\d{1,20}|@[A-Za-z0-9_]{5,32})$/, 'must be a number or @channelname'),
  }),
  z.strictObject({
    kind: z.literal('email'),
    host,
    port: z.int().min(1).max(65_535),
    /** `tls` from the first byte, `starttls` required, or `none`, which only a private relay deserves. */
    security: z.enum(['tls', 'starttls', 'none']),
    user: userName.exactOptional(),
    password: secretReference.exactOptional(),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(10),
  }),
]);
export type ChannelSettings = z.infer<typeof channelSettingsSchema>;

export const channelRulesSchema = z.strictObject({
  kinds: z.array(z.enum(AlertKind)).max(20).default([]),
  minSeverity: z.enum(Severity).default('warning'),
  strategyIds: z.array(z.uuid()).max(100).default([]),
  accountIds: z.array(z.uuid()).max(100).default([]),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

export const quietHoursSchema = z.strictObject({
  from: clockTime,
  to: clockTime,
  timeZone: z.enum(['UTC', ...Intl.supportedValuesOf('timeZone')], {
    error: () => 'must be an IANA time zone, such as America/New_York',
  }),
});

/** A channel as its author writes it. */
export const newChannelSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$/, 'must be letters, digits, blanks and . _ -, at most 60'),
  settings: channelSettingsSchema,
  rules: channelRulesSchema.default({ kinds: [], minSeverity: 'warning', strategyIds: [], accountIds: [] }),
  quietHours: quietHoursSchema.nullable().default(null),
});
export type NewChannelInput = z.input<typeof newChannelSchema>;
export type NewChannel = z.output<typeof newChannelSchema>;

export const deliverAlertInputSchema = z.strictObject({ alertId: z.uuid(), channelId: z.uuid() });
export type DeliverAlertInput = z.infer<typeof deliverAlertInputSchema>;
