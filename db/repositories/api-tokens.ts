import { type Kysely, sql } from 'kysely';
import { v7 as uuidV7 } from 'uuid';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { ApiToken, ApiTokens, NewApiToken } from '../../src/ports/api-tokens.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

const MAX_TOKENS = 100;

/** Binds the tokens of programs to a database. */
export function createApiTokens(db: Kysely<DB>): ApiTokens {
  return withTranslatedErrors<ApiTokens>({
    add: (token, at) => addToken(db, token, at),
    findLive: (secretSha256, at) => findLive(db, secretSha256, at),
    list: (userId) => tokensOf(db, userId).orderBy('api_tokens.name').execute(),
    async revoke(userId, tokenId) {
      if (!isUuid(tokenId)) return false;
      const revoked = await db
        .deleteFrom('api_tokens')
        .where('user_id', '=', userId)
        .where('id', '=', tokenId)
        .executeTakeFirst();
      return revoked.numDeletedRows > 0n;
    },
  });
}

const TOKEN_COLUMNS = [
  'api_tokens.id as tokenId',
  'api_tokens.user_id as userId',
  'api_tokens.name',
  'api_tokens.hint',
  'api_tokens.scopes',
  'api_tokens.created_at as createdAt',
  'api_tokens.expires_at as expiresAt',
  'api_tokens.last_used_at as lastUsedAt',
] as const;

function tokensOf(db: Kysely<DB>, userId: string) {
  return db.selectFrom('api_tokens').select(TOKEN_COLUMNS).where('api_tokens.user_id', '=', userId);
}

async function addToken(db: Kysely<DB>, token: NewApiToken, at: Date): Promise<ApiToken> {
  if ((await tokensOf(db, token.userId).execute()).length >= MAX_TOKENS) {
    throw new FoliosError('USER_CONFLICT', `a user has ${MAX_TOKENS} tokens at most; revoke one first`);
  }
  const added = await db
    .insertInto('api_tokens')
    .values({
      id: uuidV7(),
      user_id: token.userId,
      name: storableText(token.name),
      hint: token.hint,
      secret_sha256: token.secretSha256,
      scopes: [...token.scopes],
      created_at: at,
      expires_at: token.expiresAt,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.constraint('api_tokens_name_unique').doNothing())
    .returning(TOKEN_COLUMNS)
    .executeTakeFirst();
  if (added) return added;
  throw new FoliosError('USER_CONFLICT', `a token is called ${token.name} already`, { name: token.name });
}

async function findLive(db: Kysely<DB>, secretSha256: string, at: Date) {
  const row = await db
    .selectFrom('api_tokens')
    .innerJoin('users', 'users.id', 'api_tokens.user_id')
    .select(TOKEN_COLUMNS)
    .select(['users.name as userName', 'users.role', 'users.created_at as userSince'])
    .select(['users.password_changed_at as passwordChangedAt', 'users.disabled_at as disabledAt'])
    .where('api_tokens.secret_sha256', '=', secretSha256)
    .where((where) => where.or([where('api_tokens.expires_at', 'is', null), where('api_tokens.expires_at', '>', at)]))
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { userName: name, role, userSince: createdAt, passwordChangedAt, disabledAt, ...token } = row;
  await keepLastUse(db, token, at);
  return { token, user: { userId: row.userId, name, role, createdAt, passwordChangedAt, disabledAt } };
}

/** To the minute: a program that asks a hundred times a second must not write as often. */
async function keepLastUse(db: Kysely<DB>, { tokenId, lastUsedAt }: ApiToken, at: Date): Promise<void> {
  if (lastUsedAt !== null && at.getTime() - lastUsedAt.getTime() < 60_000) return;
  await db
    .updateTable('api_tokens')
    .set({ last_used_at: sql<Date>`greatest(coalesce(last_used_at, ${at}), ${at})` })
    .where('id', '=', tokenId)
    .execute();
}
