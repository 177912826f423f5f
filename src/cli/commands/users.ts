import { FoliosError } from '../../contracts/errors.ts';
import { passwordSchema, userNameSchema } from '../../contracts/schemas/api/users.ts';
import { Role } from '../../domain/access/principal.ts';
import type { User } from '../../ports/users.ts';
import type { CommandResult, View } from '../command-result.ts';
import { type Confirmation, isConfirmed } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../text/table.ts';

/** Everybody who may log in, and those who are disabled. */
export async function listUsers({ access }: CliContext, { width }: View): Promise<CommandResult> {
  const users = await access.users.list();
  if (users.length === 0) {
    const text = 'There is no user yet: whoever sits at this machine owns it. Make the first with folios users add.';
    return { document: { users: [] }, text };
  }
  const columns = [
    { head: 'name', cell: ({ name }: User) => name, shrink: 'cut' as const },
    { head: 'role', cell: ({ role }: User) => role },
    { head: 'since', cell: ({ createdAt }: User) => dayOf(createdAt) },
    { head: 'password of', cell: ({ passwordChangedAt }: User) => dayOf(passwordChangedAt) },
    { head: 'state', cell: ({ disabledAt }: User) => (disabledAt ? `disabled since ${dayOf(disabledAt)}` : 'active') },
  ];
  return { document: { users }, text: renderTable(columns, users, width) };
}

/** The first user of a service is an administrator, whatever role was asked for. INPUT_INVALID, USER_CONFLICT. */
export async function addUser(
  { access, now }: CliContext,
  { name, role }: { readonly name: string; readonly role: Role },
  readPassword: () => Promise<string>,
): Promise<CommandResult> {
  if (!userNameSchema.safeParse(name).success) {
    const rule = '2 to 64 lower-case letters, digits and . _ @ -, beginning with a letter or digit';
    throw new FoliosError('INPUT_INVALID', `a user's name is ${rule}`);
  }
  const passwordHash = await hashNew(access, await readPassword());
  const isFirst = !(await access.users.anyExists());
  const user = isFirst
    ? await access.users.addFirst({ name, passwordHash }, now())
    : await access.users.add({ name, role, passwordHash }, now());
  const first = isFirst ? ' As the first user they administer the service, which now asks everybody to log in.' : '';
  return { document: { user }, text: `${user.name} may log in as ${user.role}.${first}` };
}

/** Disabled users are logged out everywhere; their tokens do nothing. USER_CONFLICT for the last administrator. */
export async function disableUser(context: CliContext, name: string, disabled: boolean): Promise<CommandResult> {
  const { userId } = await requireUser(context, name);
  const user = await context.access.users.change(userId, { disabled }, context.now());
  const text = disabled ? `${name} is disabled and logged out everywhere.` : `${name} may log in again.`;
  return { document: { user }, text };
}

/** USER_CONFLICT for the last administrator. */
export async function setRole(context: CliContext, name: string, role: Role): Promise<CommandResult> {
  const { userId } = await requireUser(context, name);
  const user = await context.access.users.change(userId, { role }, context.now());
  return { document: { user }, text: `${name} is ${role} from now on.` };
}

/** A new password ends all sessions of the user. */
export async function setPassword(
  context: CliContext,
  name: string,
  readPassword: () => Promise<string>,
): Promise<CommandResult> {
  const { userId } = await requireUser(context, name);
  const passwordHash = await hashNew(context.access, await readPassword());
  await context.access.users.setPassword(userId, passwordHash, context.now());
  return {
    document: { userId, name, changed: true },
    text: `${name} has a new password and is logged out everywhere.`,
  };
}

/** CONFIRMATION_REQUIRED; USER_CONFLICT for the last administrator. */
export async function removeUser(context: CliContext, name: string, how: Confirmation): Promise<CommandResult> {
  const { userId } = await requireUser(context, name);
  const question = `Remove ${name} with all sessions and tokens? Strategies and accounts of theirs become the operator's.`;
  if (!(await isConfirmed(how, `removing ${name}`, question))) {
    return { document: { removed: false, name }, text: 'Nothing was changed.' };
  }
  await context.access.users.remove(userId);
  return { document: { removed: true, userId, name }, text: `${name} is removed.` };
}

/** A role by its name. INPUT_INVALID. */
export function parseRole(text: string): Role {
  const found = Object.values(Role).find((role) => role === text.toLowerCase());
  if (found) return found;
  throw new FoliosError('INPUT_INVALID', `"${text}" is no role; there are ${Object.values(Role).join(', ')}`);
}

/** RESOURCE_NOT_FOUND names who there is. */
export async function requireUser({ access }: CliContext, name: string): Promise<User> {
  const users = await access.users.list();
  const found = users.find((user) => user.name === name);
  if (found) return found;
  const known = users.map((user) => user.name);
  throw new FoliosError(
    'RESOURCE_NOT_FOUND',
    `no user is called "${name}"; there are ${known.join(', ') || 'none yet'}`,
  );
}

async function hashNew({ credentials }: CliContext['access'], password: string): Promise<string> {
  const { error } = passwordSchema.safeParse(password);
  if (error) throw new FoliosError('INPUT_INVALID', `the password ${error.issues[0]?.message ?? 'is not usable'}`);
  return credentials.hashPassword(password);
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
