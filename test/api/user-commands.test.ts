import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApiTokens } from '../../db/repositories/api-tokens.ts';
import { createUsers } from '../../db/repositories/users.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { createFakeContext, emptyWorld } from '../../src/cli/testing/fake-context.ts';
import { runCommand } from '../../src/cli/testing/run-command.ts';
import { createTestDatabase, type TestDatabase } from '../integration/postgres.ts';
import { PASSWORD, TEST_CREDENTIALS } from './api-stand.ts';

describe('users at the command line', () => {
  let database: TestDatabase;
  let context: CliContext;
  beforeAll(async () => {
    database = await createTestDatabase();
    const access = {
      users: createUsers(database.db),
      tokens: createApiTokens(database.db),
      credentials: TEST_CREDENTIALS,
    };
    context = { ...createFakeContext(emptyWorld()), access };
  });
  afterAll(() => database.drop());

  const run = (line: string, typed: readonly string[] = [], isTTY = false) => {
    const answers = [...typed];
    return runCommand(line.split(' '), context, { isTTY, readSecret: async () => answers.shift() ?? '' });
  };

  test('are none at first; the first one administers, and the password is never an argument', async () => {
    expect((await run('users list')).stdout).toContain('There is no user yet');
    const added = await run('users add ada --role viewer', [PASSWORD]);
    expect(added.stdout).toContain('ada may log in as admin. As the first user');
    expect((await run('users add tom hunter2')).exitCode).toBe(1);
    expect((await run('users add tom --role trader', [PASSWORD])).stdout).toBe('tom may log in as trader.\n');
    const listed = await run('users list --json');
    expect(JSON.parse(listed.stdout).users.map(({ name }: { name: string }) => name)).toEqual(['ada', 'tom']);
    expect(listed.stdout).not.toMatch(/hash|argon/);
    expect((await run('users list')).stdout).toMatch(/ada +admin +\d{4}-\d\d-\d\d.*active/);
  });

  test.each([
    ['users add tom', [PASSWORD], 'USER_CONFLICT'],
    ['users add Tom', [PASSWORD], 'INPUT_INVALID'],
    ['users add bea', ['short'], 'INPUT_INVALID'],
    ['users add bea', [], 'INPUT_INVALID'],
    ['users add bea --role emperor', [PASSWORD], 'INPUT_INVALID'],
    ['users disable ada', [], 'USER_CONFLICT'],
    ['users role ada viewer', [], 'USER_CONFLICT'],
    ['users remove ada --yes', [], 'USER_CONFLICT'],
    ['users remove tom', [], 'CONFIRMATION_REQUIRED'],
    ['users password nobody', [PASSWORD], 'RESOURCE_NOT_FOUND'],
    ['token create bot --user tom --scopes admin', [], 'INPUT_INVALID'],
    ['token create bot --user tom --scopes everything', [], 'INPUT_INVALID'],
    ['token create bot --user tom --days 0', [], 'INPUT_INVALID'],
    ['token create bot', [], 'INPUT_INVALID'],
    ['token revoke bot --user tom', [], 'RESOURCE_NOT_FOUND'],
  ])('%s with %j is refused with %s', async (line, typed, code) => {
    const { exitCode, stderr } = await run(line, typed);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`error ${code}:`)]);
    expect(stderr).not.toContain(PASSWORD);
  });

  test('a person types a new password twice', async () => {
    const differing = await run('users password tom', [PASSWORD, `${PASSWORD}!`], true);
    expect(differing.stderr).toContain('the two passwords differ');
    expect((await run('users password tom', ['another long password', 'another long password'], true)).exitCode).toBe(
      0,
    );
    const login = await context.access.users.findLogin('tom');
    const hash = login?.passwordHash ?? null;
    expect(await TEST_CREDENTIALS.verifyPassword(hash, 'another long password')).toBe(true);
    expect(await TEST_CREDENTIALS.verifyPassword(hash, PASSWORD)).toBe(false);
    expect(await TEST_CREDENTIALS.verifyPassword(null, PASSWORD)).toBe(false);
  });

  test('roles, disabling and removing take effect', async () => {
    expect((await run('users role tom admin')).stdout).toBe('tom is admin from now on.\n');
    expect((await run('users disable tom')).stdout).toBe('tom is disabled and logged out everywhere.\n');
    expect((await run('users list')).stdout).toMatch(/tom +admin .*disabled since/);
    expect((await run('users enable tom')).stdout).toBe('tom may log in again.\n');
    await run('users add bea', [PASSWORD]);
    expect((await run('users remove bea --yes')).stdout).toBe('bea is removed.\n');
  });

  test('a token is shown once, listed without its text, and revoked by its name', async () => {
    const created = await run('token create bot --user ada --scopes read,trade --days 30 --json');
    const { secret, token } = JSON.parse(created.stdout);
    expect(secret).toMatch(/^fol_[A-Za-z0-9_-]{43}$/);
    expect(token.scopes).toEqual(['read', 'trade']);
    const live = await context.access.tokens.findLive(TEST_CREDENTIALS.digest(secret), context.now());
    expect(live?.user.name).toBe('ada');
    const listed = await run('token list --user ada');
    expect(listed.stdout).toContain(`${secret.slice(0, 10)}…`);
    expect(listed.stdout).not.toContain(secret);
    expect((await run('token revoke bot --user ada')).stdout).toBe('Token bot is revoked.\n');
    expect(await context.access.tokens.findLive(TEST_CREDENTIALS.digest(secret), context.now())).toBeNull();
    expect((await run('token create forever --user ada --days never')).stdout).toContain('It does not expire');
  });
});
