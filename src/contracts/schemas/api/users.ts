import { z } from 'zod';
import { Role, Scope } from '../../../domain/access/principal.ts';
import { pageSchema } from './page.ts';

const MIN_PASSWORD_LENGTH = 12;
const MAX_PASSWORD_LENGTH = 200;
const MAX_TOKEN_DAYS = 3650;
const time = z.iso.datetime();

/** What a user logs in with. */
export const userNameSchema = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._@-]*$/, 'must be lower-case letters, digits and . _ @ -, beginning with a letter or digit')
  .describe('Lower-case letters, digits and `.`, `_`, `@`, `-`');

/** A new password: long rather than artful. */
export const passwordSchema = z
  .string()
  .min(MIN_PASSWORD_LENGTH, `must have at least ${MIN_PASSWORD_LENGTH} characters`)
  .max(MAX_PASSWORD_LENGTH, `must have at most ${MAX_PASSWORD_LENGTH} characters`)
  .describe(`${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`);

/** The name of a token: one line of printable text. */
export const tokenNameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[ -~\u00a0-\u2027\u2030-\u205e\u2070-\ud7ff]+$/, 'must be one line of printable text');

/** How many days a token lives; null for ever. */
export const tokenDaysSchema = z.int().min(1).max(MAX_TOKEN_DAYS).nullable().default(90);

const roleSchema = z.enum(Role);
const scopesSchema = z.array(z.enum(Scope)).min(1).max(10);

export const userSchema = z.strictObject({
  userId: z.uuid(),
  name: z.string(),
  role: roleSchema,
  createdAt: time,
  passwordChangedAt: time,
  disabledAt: time.nullable(),
});
export const userListSchema = pageSchema(userSchema);
export const userParamsSchema = z.strictObject({ userId: z.uuid() });
export const newUserSchema = z.strictObject({ name: userNameSchema, role: roleSchema, password: passwordSchema });
export const userChangeSchema = z
  .strictObject({ role: roleSchema.optional(), disabled: z.boolean().optional() })
  .refine(({ role, disabled }) => role !== undefined || disabled !== undefined, 'must name a role, or disabled')
  .meta({ minProperties: 1 });
export const passwordResetSchema = z.strictObject({ password: passwordSchema });
export const passwordChangeSchema = z.strictObject({
  currentPassword: z.string().min(1).max(MAX_PASSWORD_LENGTH),
  newPassword: passwordSchema,
});

export const loginSchema = z.strictObject({
  name: z.string().min(1).max(200),
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
});
export const setupSchema = z.strictObject({
  name: userNameSchema,
  password: passwordSchema,
  setupToken: z
    .string()
    .max(10_000)
    .optional()
    .describe('`FOLIOS_SETUP_TOKEN` of the service; not needed at the machine itself'),
});
export const loggedInSchema = z.strictObject({
  user: userSchema,
  csrfToken: z.string().describe('For the header `X-Folios-CSRF` of every change made with this session'),
  expiresAt: time,
});

export const meSchema = z.strictObject({
  userId: z.uuid().nullable(),
  name: z.string(),
  role: roleSchema,
  scopes: scopesSchema,
  credential: z
    .enum(['session', 'token', 'owner_at_this_machine'])
    .describe('`owner_at_this_machine`: nobody logs in yet; `POST /setup` makes the first user'),
  csrfToken: z.string().nullable(),
});

export const sessionSchema = z.strictObject({
  sessionId: z.uuid(),
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time,
  ip: z.string(),
  userAgent: z.string(),
  current: z.boolean().describe('Whether this request came with it'),
});
export const sessionListSchema = pageSchema(sessionSchema);
export const sessionParamsSchema = z.strictObject({ sessionId: z.uuid() });
export const endedSchema = z.strictObject({ ended: z.int().nonnegative() });

export const tokenSchema = z.strictObject({
  tokenId: z.uuid(),
  name: z.string(),
  hint: z.string().describe('How its text begins'),
  scopes: scopesSchema,
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
});
export const tokenListSchema = pageSchema(tokenSchema);
export const tokenParamsSchema = z.strictObject({ tokenId: z.uuid() });
export const newTokenSchema = z.strictObject({
  name: tokenNameSchema,
  scopes: scopesSchema.describe('At most what your role may do'),
  expiresInDays: tokenDaysSchema.describe('Null for one that does not expire'),
});
export const createdTokenSchema = z.strictObject({
  token: tokenSchema,
  secret: z.string().describe('Shown this once: folios keeps only its hash'),
});
