import type { Kysely, Transaction } from 'kysely';
import { v7 as uuidV7 } from 'uuid';
import type { NewUserSession, UserSession, UserSessions } from '../../src/ports/user-sessions.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';
import { storableText } from '../storable.ts';

const MAX_SESSIONS = 100;
const MAX_USER_AGENT_LENGTH = 300;

/** Binds the logins to a database. */
export function createUserSessions(db: Kysely<DB>): UserSessions {
  return withTranslatedErrors<UserSessions>({
    open: (session, at) => db.transaction().execute((trx) => openSession(trx, session, at)),
    findLive: (secretSha256, at) => findLive(db, secretSha256, at),
    async renew(sessionId, at, expiresAt) {
      await db
        .updateTable('user_sessions')
        .set({ last_seen_at: at, expires_at: expiresAt })
        .where('id', '=', sessionId)
        .execute();
    },
    list: (userId, at) =>
      db
        .selectFrom('user_sessions')
        .select(SESSION_COLUMNS)
        .where('user_sessions.user_id', '=', userId)
        .where('user_sessions.expires_at', '>', at)
        .orderBy('user_sessions.created_at', 'desc')
        .execute(),
    async end(userId, sessionId) {
      if (!isUuid(sessionId)) return false;
      const ended = await db
        .deleteFrom('user_sessions')
        .where('user_id', '=', userId)
        .where('id', '=', sessionId)
        .executeTakeFirst();
      return ended.numDeletedRows > 0n;
    },
    async endAll(userId, exceptSessionId = null) {
      const ended = await db
        .deleteFrom('user_sessions')
        .where('user_id', '=', userId)
        .$if(exceptSessionId !== null, (query) => query.where('id', '!=', exceptSessionId))
        .executeTakeFirst();
      return Number(ended.numDeletedRows);
    },
  });
}

const SESSION_COLUMNS = [
  'user_sessions.id as sessionId',
  'user_sessions.user_id as userId',
  'user_sessions.created_at as createdAt',
  'user_sessions.last_seen_at as lastSeenAt',
  'user_sessions.expires_at as expiresAt',
  'user_sessions.ip',
  'user_sessions.user_agent as userAgent',
] as const;

async function openSession(trx: Transaction<DB>, session: NewUserSession, at: Date): Promise<UserSession> {
  const { userId, secretSha256, ip, userAgent, expiresAt } = session;
  // What has expired goes here, so that the table is as long as there are logins.
  await trx.deleteFrom('user_sessions').where('user_id', '=', userId).where('expires_at', '<=', at).execute();
  await trx
    .deleteFrom('user_sessions')
    .where('id', 'in', (query) =>
      query
        .selectFrom('user_sessions')
        .select('id')
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .offset(MAX_SESSIONS - 1),
    )
    .execute();
  return trx
    .insertInto('user_sessions')
    .values({
      id: uuidV7(),
      user_id: userId,
      secret_sha256: secretSha256,
      ip: storableText(ip, 100),
      user_agent: storableText(userAgent.slice(0, MAX_USER_AGENT_LENGTH)),
      created_at: at,
      last_seen_at: at,
      expires_at: expiresAt,
    })
    .returning(SESSION_COLUMNS)
    .executeTakeFirstOrThrow();
}

async function findLive(db: Kysely<DB>, secretSha256: string, at: Date) {
  const row = await db
    .selectFrom('user_sessions')
    .innerJoin('users', 'users.id', 'user_sessions.user_id')
    .select(SESSION_COLUMNS)
    .select(['users.name', 'users.role', 'users.created_at as userSince'])
    .select(['users.password_changed_at as passwordChangedAt', 'users.disabled_at as disabledAt'])
    .where('user_sessions.secret_sha256', '=', secretSha256)
    .where('user_sessions.expires_at', '>', at)
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { name, role, userSince, passwordChangedAt, disabledAt, ...session } = row;
  return { session, user: { userId: row.userId, name, role, createdAt: userSince, passwordChangedAt, disabledAt } };
}
