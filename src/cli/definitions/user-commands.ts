import type { Command } from 'commander';
import type { CommandRunner } from '../command-runner.ts';
import { readSecret } from '../read-secret.ts';
import { defineCommand, optionText } from './define-command.ts';

const load = () => import('../commands/users.ts');
const loadTokens = () => import('../commands/tokens.ts');

/** Who may use the service over the network, and the tokens of their programs. */
export function addUserCommands(program: Command, runner: CommandRunner): void {
  const users = program.command('users').description('Who may log in to the service');
  addUserChanges(users, runner);
  defineCommand(users, 'list', 'Everybody who may log in', ['users list']).action(
    runner.action(async (call) => {
      const [context, { listUsers }] = await Promise.all([call.connect(), load()]);
      return listUsers(context, call.view(context));
    }),
  );
  defineCommand(users, 'add <name>', 'Add a user; the password is asked for, or read from stdin', [
    'users add ada --role trader',
  ])
    .option('--role <role>', 'viewer, trader or admin; the first user is always admin', 'viewer')
    .action(
      runner.action(async (call, options, [name]) => {
        const { addUser, parseRole } = await load();
        const role = parseRole(String(options.role));
        const read = () => readSecret(call.io, `Password of ${String(name)}`, { twice: true });
        return addUser(await call.connect(), { name: String(name), role }, read);
      }),
    );
  defineCommand(users, 'remove <name>', 'Remove a user; asks first', ['users remove ada --yes'])
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, [name]) => {
        const [context, { removeUser }] = await Promise.all([call.connect(), load()]);
        return removeUser(context, String(name), { yes: options.yes === true, ask: call.ask });
      }),
    );
  addTokenCommands(program.command('token').description('Tokens with which programs act for a user'), runner);
}

function addUserChanges(users: Command, runner: CommandRunner): void {
  for (const [verb, disabled, description] of [
    ['disable', true, 'Log a user out everywhere and let them in no more'],
    ['enable', false, 'Let a disabled user in again'],
  ] as const) {
    defineCommand(users, `${verb} <name>`, description, [`users ${verb} ada`]).action(
      runner.action(async (call, _options, [name]) => {
        const [context, { disableUser }] = await Promise.all([call.connect(), load()]);
        return disableUser(context, String(name), disabled);
      }),
    );
  }
  defineCommand(users, 'role <name> <role>', 'Make a user viewer, trader or admin', ['users role ada admin']).action(
    runner.action(async (call, _options, [name, role]) => {
      const [context, { parseRole, setRole }] = await Promise.all([call.connect(), load()]);
      return setRole(context, String(name), parseRole(String(role)));
    }),
  );
  defineCommand(users, 'password <name>', 'Give a user a new password, asked for or read from stdin', [
    'users password ada',
  ]).action(
    runner.action(async (call, _options, [name]) => {
      const [context, { setPassword }] = await Promise.all([call.connect(), load()]);
      const read = () => readSecret(call.io, `New password of ${String(name)}`, { twice: true });
      return setPassword(context, String(name), read);
    }),
  );
}

function addTokenCommands(token: Command, runner: CommandRunner): void {
  defineCommand(token, 'create <name>', 'Make a token; it is shown this once', [
    'token create bot --user ada --scopes read,trade --days 30',
  ])
    .requiredOption('--user <name>', 'for whom it acts')
    .option('--scopes <list>', 'of read, trade, admin and metrics, comma between; all of the role when absent')
    .option('--days <number>', 'how long it is valid, or never', '90')
    .action(
      runner.action(async (call, options, [name]) => {
        const { createToken, parseDays, parseScopes } = await loadTokens();
        const scopes = optionText(options.scopes);
        const days = parseDays(String(options.days));
        const wanted = { user: String(options.user), name: String(name), days };
        return createToken(await call.connect(), { ...wanted, scopes: scopes === null ? null : parseScopes(scopes) });
      }),
    );
  defineCommand(token, 'list', 'The tokens of a user', ['token list --user ada'])
    .requiredOption('--user <name>', 'whose')
    .action(
      runner.action(async (call, options) => {
        const [context, { listTokens }] = await Promise.all([call.connect(), loadTokens()]);
        return listTokens(context, String(options.user), call.view(context));
      }),
    );
  defineCommand(token, 'revoke <name>', 'End a token by its name or id', ['token revoke bot --user ada'])
    .requiredOption('--user <name>', 'whose')
    .action(
      runner.action(async (call, options, [name]) => {
        const [context, { revokeToken }] = await Promise.all([call.connect(), loadTokens()]);
        return revokeToken(context, String(options.user), String(name));
      }),
    );
}
