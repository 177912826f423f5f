import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import type { NewChannelInput } from '../../contracts/schemas/notification-channel.ts';
import type { CommandRunner } from '../command-runner.ts';
import { defineCommand, optionText } from './define-command.ts';

type Settings = NewChannelInput['settings'];
type Options = Readonly<Record<string, unknown>>;

/** Where alerts are told. */
export function addChannelCommands(program: Command, runner: CommandRunner): void {
  const notifications = program
    .command('notifications')
    .description('Where alerts are told: webhook, Slack, Telegram, e-mail');
  defineCommand(notifications, 'channels', 'List the channels', ['notifications channels']).action(
    runner.action(async (call) => {
      const [context, { listChannels }] = await Promise.all([call.connect(), import('../commands/notifications.ts')]);
      return listChannels(context, call.view(context));
    }),
  );
  addAddCommand(notifications, runner);
  defineCommand(notifications, 'remove <channel>', 'Remove a channel; asks first', ['notifications remove ops --yes'])
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, args) => {
        const [context, { removeChannel }] = await Promise.all([
          call.connect(),
          import('../commands/notifications.ts'),
        ]);
        return removeChannel(context, String(args[0]), { yes: options.yes === true, ask: call.ask });
      }),
    );
  defineCommand(notifications, 'test <channel>', 'Send a test to a channel, by the running service', [
    'notifications test ops',
  ]).action(
    runner.action(async (call, _options, args) => {
      const [context, { sendTest }] = await Promise.all([call.connect(), import('../commands/notifications.ts')]);
      return sendTest(context, String(args[0]));
    }),
  );
}

function addAddCommand(notifications: Command, runner: CommandRunner): void {
  defineCommand(notifications, 'add <name>', 'Add a channel; secrets are named by reference, never typed', [
    'notifications add ops --webhook https://hooks.example.com/folios --secret env:NOTIFY_WEBHOOK_SECRET',
    'notifications add desk --slack env:NOTIFY_SLACK_URL --quiet 22:00-07:00 --time-zone Europe/Berlin',
    'notifications add phone --telegram env:NOTIFY_BOT_TOKEN --chat 123456 --severity critical',
    'notifications add mail --smtp mail.example.com:587 --user folios --password file:mail --from a@example.com --to b@example.com',
  ])
    .option('--webhook <url>', 'a signed webhook: its https address, or a reference to one')
    .option('--secret <reference>', 'of the webhook’s signature: env:NOTIFY_NAME or file:name')
    .option('--slack <reference>', 'an incoming webhook of Slack or alike: where its address is kept')
    .option('--telegram <reference>', 'a Telegram bot: where its token is kept')
    .option('--chat <id>', 'the chat that the bot writes to')
    .option('--smtp <host:port>', 'e-mail by this server; port 465 is TLS, every other STARTTLS')
    .option('--no-tls', 'without encryption, which only a relay of your own deserves')
    .option('--user <name>', 'the user at the mail server')
    .option('--password <reference>', 'where the password is kept')
    .option('--from <address>', 'the sender of mails')
    .option('--to <addresses>', 'who gets the mails, comma between')
    .option('--events <kinds>', 'these events only, comma between; all when absent')
    .option('--severity <least>', 'from this severity on: info, warning, critical', 'warning')
    .option('--strategy-ids <ids>', 'what belongs to these strategies only, comma between')
    .option('--account-ids <ids>', 'what belongs to these accounts only, comma between')
    .option('--quiet <from-to>', 'hours without alerts, such as 22:00-07:00; critical ones pass')
    .option('--time-zone <name>', 'of the quiet hours', 'UTC')
    .action(
      runner.action(async (call, options, args) => {
        const input = channelOf(String(args[0]), options);
        const [context, { addChannel }] = await Promise.all([call.connect(), import('../commands/notifications.ts')]);
        return addChannel(context, input);
      }),
    );
}

/** The schema says what is wrong with it; only what has no place in it is refused here. INPUT_INVALID. */
function channelOf(name: string, options: Options): NewChannelInput {
  const rules = {
    kinds: listOf(options.events),
    minSeverity: options.severity,
    strategyIds: listOf(options.strategyIds),
    accountIds: listOf(options.accountIds),
  };
  return { name, settings: settingsOf(options), rules, quietHours: quietOf(options) } as NewChannelInput;
}

function settingsOf(options: Options): Settings {
  const given = ['webhook', 'slack', 'telegram', 'smtp'].filter((kind) => options[kind] !== undefined);
  if (given.length !== 1) throw new FoliosError('INPUT_INVALID', 'give one of --webhook, --slack, --telegram, --smtp');
  const text = (name: string) => optionText(options[name]) ?? '';
  if (options.webhook !== undefined) return { kind: 'webhook', url: text('webhook'), secret: text('secret') };
  if (options.slack !== undefined) return { kind: 'slack', url: text('slack') };
  if (options.telegram !== undefined) return { kind: 'telegram', token: text('telegram'), chatId: text('chat') };
  const [host = '', port = '587'] = text('smtp').split(':');
  return {
    ...{ kind: 'email', host, port: Number(port), from: text('from'), to: listOf(options.to) },
    security: options.tls === false ? 'none' : port === '465' ? 'tls' : 'starttls',
    ...(options.user === undefined ? {} : { user: text('user') }),
    ...(options.password === undefined ? {} : { password: text('password') }),
  };
}

function quietOf(options: Options): NewChannelInput['quietHours'] {
  const quiet = optionText(options.quiet);
  if (quiet === null) return null;
  const [from = '', to = ''] = quiet.split('-');
  return { from, to, timeZone: optionText(options.timeZone) ?? 'UTC' };
}

function listOf(option: unknown): string[] {
  return (optionText(option) ?? '').split(',').flatMap((one) => one.trim() || []);
}
