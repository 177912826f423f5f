import { type Kysely, sql, type Transaction } from 'kysely';
import { v7 as uuidV7 } from 'uuid';
import { FoliosError } from '../../src/contracts/errors.ts';
import { Role } from '../../src/domain/access/principal.ts';
import type { NewUser, User, UserChange, Users } from '../../src/ports/users.ts';
import { withTranslatedErrors } from '../database-error.ts';
import { isUuid } from '../ids.ts';
import type { DB } from '../schema.gen.ts';

/** Binds the users to a database. */
export function createUsers(db: Kysely<DB>): Users {
  return withTranslatedErrors<Users>({
    anyExists: () => anyExists(db),
    add: (user, at) => insertUser(db, user, at),
    addFirst: (user, at) => db.transaction().execute((trx) => addFirst(trx, user, at)),
    find: (userId) => findUser(db, userId),
    async findLogin(name) {
      const row = await users(db).select('password_hash as passwordHash').where('name', '=', name).executeTakeFirst();
      if (row === undefined) return null;
      const { passwordHash, ...user } = row;
      return { user, passwordHash };
    },
    list: () => users(db).orderBy('name').execute(),
    change: (userId, change, at) => db.transaction().execute((trx) => changeUser(trx, userId, change, at)),
    remove: (userId) => db.transaction().execute((trx) => removeUser(trx, userId)),
    setPassword: (userId, passwordHash, at, keepSessionId = null) =>
      db.transaction().execute((trx) => setPassword(trx, userId, passwordHash, at, keepSessionId)),
  });
}

/** The columns of a user as the port speaks of them, for every query that answers users. */
export const USER_COLUMNS = [
  'users.id as userId',
  'users.name',
  'users.role',
  'users.created_at as createdAt',
  'users.password_changed_at as passwordChangedAt',
  'users.disabled_at as disabledAt',
] as const;

function users(db: Kysely<DB>) {
  return db.selectFrom('users').select(USER_COLUMNS);
}

async function anyExists(db: Kysely<DB>): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

async function findUser(db: Kysely<DB>, userId: string): Promise<User | null> {
  if (!isUuid(userId)) return null;
  return (await users(db).where('id', '=', userId).executeTakeFirst()) ?? null;
}

async function insertUser(db: Kysely<DB>, { name, role, passwordHash }: NewUser, at: Date): Promise<User> {
  const added = await db
    .insertInto('users')
    .values({
      id: uuidV7(),
      ...{ name, role },
      password_hash: passwordHash,
      created_at: at,
      password_changed_at: at,
      disabled_at: null,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning(USER_COLUMNS)
    .executeTakeFirst();
  if (added) return added;
  throw new FoliosError('USER_CONFLICT', `the name ${name} is taken`, { name });
}

async function addFirst(trx: Transaction<DB>, user: Omit<NewUser, 'role'>, at: Date): Promise<User> {
  await lockUsers(trx);
  if (await anyExists(trx)) throw new FoliosError('USER_CONFLICT', 'there is a user already');
  return insertUser(trx, { ...user, role: Role.admin }, at);
}

async function changeUser(trx: Transaction<DB>, userId: string, change: UserChange, at: Date): Promise<User> {
  await lockUsers(trx);
  const user = await requireUser(trx, userId);
  const role = change.role ?? user.role;
  const disabled = change.disabled ?? user.disabledAt !== null;
  if (role !== Role.admin || disabled) await requireOtherAdmin(trx, user);
  if (disabled) await trx.deleteFrom('user_sessions').where('user_id', '=', userId).execute();
  return trx
    .updateTable('users')
    .set({ role, disabled_at: disabled ? (user.disabledAt ?? at) : null })
    .where('id', '=', userId)
    .returning(USER_COLUMNS)
    .executeTakeFirstOrThrow();
}

async function removeUser(trx: Transaction<DB>, userId: string): Promise<void> {
  await lockUsers(trx);
  await requireOtherAdmin(trx, await requireUser(trx, userId));
  await trx.deleteFrom('users').where('id', '=', userId).execute();
}

async function setPassword(
  trx: Transaction<DB>,
  userId: string,
  passwordHash: string,
  at: Date,
  keepSessionId: string | null,
): Promise<void> {
  await requireUser(trx, userId);
  await trx
    .updateTable('users')
    .set({ password_hash: passwordHash, password_changed_at: at })
    .where('id', '=', userId)
    .execute();
  await trx
    .deleteFrom('user_sessions')
    .where('user_id', '=', userId)
    .$if(keepSessionId !== null, (query) => query.where('id', '!=', keepSessionId))
    .execute();
}

/** Changes of users are made one after the other: two administrators must not demote each other at the same moment. */
async function lockUsers(trx: Transaction<DB>): Promise<void> {
  await sql`lock table users in share row exclusive mode`.execute(trx);
}

async function requireUser(trx: Transaction<DB>, userId: string): Promise<User> {
  const user = await findUser(trx, userId);
  if (user) return user;
  throw new FoliosError('RESOURCE_NOT_FOUND', `no user has the id ${userId}`);
}

/** Unless the user is none who counts, somebody else must be able to administer. */
async function requireOtherAdmin(trx: Transaction<DB>, { userId, role, disabledAt, name }: User): Promise<void> {
  if (role !== Role.admin || disabledAt !== null) return;
  const other = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', Role.admin)
    .where('disabled_at', 'is', null)
    .where('id', '!=', userId)
    .limit(1)
    .executeTakeFirst();
  if (other) return;
  throw new FoliosError('USER_CONFLICT', `${name} is the last administrator who can log in`, { name });
}
