import { FoliosError } from '../../contracts/errors.ts';
import { tokenNameSchema } from '../../contracts/schemas/api/users.ts';
import { scopesBeyond, tokenExpiry, tokenText } from '../../domain/access/new-token.ts';
import { Scope, scopesOf } from '../../domain/access/principal.ts';
import type { ApiToken } from '../../ports/api-tokens.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../text/table.ts';
import { requireUser } from './users.ts';

const MAX_DAYS = 3650;

export interface NewTokenOptions {
  readonly user: string;
  readonly name: string;
  /** Null for all that the user's role has. */
  readonly scopes: readonly Scope[] | null;
  /** Null for one that does not expire. */
  readonly days: number | null;
}

/** A token for a program that acts for the user; its text is shown this once. INPUT_INVALID, USER_CONFLICT. */
export async function createToken(context: CliContext, options: NewTokenOptions): Promise<CommandResult> {
  const { access } = context;
  const { userId, role } = await requireUser(context, options.user);
  if (!tokenNameSchema.safeParse(options.name).success) {
    throw new FoliosError('INPUT_INVALID', 'a token’s name is one line of text, at most 100 characters');
  }
  const scopes = options.scopes ?? scopesOf(role);
  const beyond = scopesBeyond(role, scopes);
  if (beyond.length > 0) {
    throw new FoliosError('INPUT_INVALID', `a ${role} does not have the scope ${beyond.join(', ')}`, { beyond });
  }
  const { text, hint } = tokenText(access.credentials.newSecret());
  const expiresAt = tokenExpiry(context.now(), options.days);
  const secretSha256 = access.credentials.digest(text);
  const token = await access.tokens.add(
    { userId, name: options.name, hint, secretSha256, scopes, expiresAt },
    context.now(),
  );
  const until = expiresAt === null ? 'It does not expire' : `It expires on ${expiresAt.toISOString().slice(0, 10)}`;
  const said = `Token ${options.name} of ${options.user}, for ${scopes.join(', ')}. ${until}. Keep it: it is not shown again.`;
  return { document: { token, secret: text }, text: `${said}\n${text}` };
}

/** The tokens of a user, without their texts, which nobody knows. */
export async function listTokens(context: CliContext, user: string, { width }: View): Promise<CommandResult> {
  const { userId } = await requireUser(context, user);
  const tokens = await context.access.tokens.list(userId);
  if (tokens.length === 0) return { document: { tokens: [] }, text: `${user} has no tokens.` };
  const columns = [
    { head: 'name', cell: ({ name }: ApiToken) => name, shrink: 'cut' as const },
    { head: 'begins', cell: ({ hint }: ApiToken) => `${hint}…` },
    { head: 'scopes', cell: ({ scopes }: ApiToken) => scopes.join(', ') },
    { head: 'expires', cell: ({ expiresAt }: ApiToken) => expiresAt?.toISOString().slice(0, 10) ?? 'never' },
    { head: 'last used (UTC)', cell: ({ lastUsedAt }: ApiToken) => lastUsedAt?.toISOString().slice(0, 16) ?? 'never' },
  ];
  return { document: { tokens }, text: renderTable(columns, tokens, width) };
}

/** At once and for good. RESOURCE_NOT_FOUND names the tokens there are. */
export async function revokeToken(context: CliContext, user: string, name: string): Promise<CommandResult> {
  const { userId } = await requireUser(context, user);
  const tokens = await context.access.tokens.list(userId);
  const token = tokens.find((one) => one.name === name || one.tokenId === name);
  if (token === undefined) {
    const known = tokens.map((one) => one.name).join(', ') || 'none';
    throw new FoliosError('RESOURCE_NOT_FOUND', `${user} has no token called "${name}"; there are ${known}`);
  }
  await context.access.tokens.revoke(userId, token.tokenId);
  return { document: { revoked: token.tokenId, name: token.name }, text: `Token ${token.name} is revoked.` };
}

/** `read,trade` as scopes. INPUT_INVALID. */
export function parseScopes(text: string): readonly Scope[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const known = Object.values(Scope);
  const unknown = names.filter((name) => !known.some((scope) => scope === name));
  if (unknown.length === 0) return known.filter((scope) => names.includes(scope));
  throw new FoliosError('INPUT_INVALID', `"${unknown.join(', ')}" is no scope; there are ${known.join(', ')}`);
}

/** A number of days, or `never`. INPUT_INVALID. */
export function parseDays(text: string): number | null {
  if (text === 'never') return null;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new FoliosError('INPUT_INVALID', `--days is a whole number from 1 to ${MAX_DAYS}, or never, not "${text}"`);
}
