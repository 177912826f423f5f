import type { Command } from 'commander';
import type { PriceSource } from '../../contracts/schemas/strategy.ts';
import type { BrokerName } from '../../ports/trading-accounts.ts';
import type { CommandRunner } from '../command-runner.ts';
import { gatewayOf, parseBalance, parseBroker, parseClientId, parsePriceSource } from '../option-parsers.ts';
import { limitsOf, withLimitOptions } from './account-limits.ts';
import { defineCommand } from './define-command.ts';

/** Accounts: to look at, and to open. */
export function addAccountCommands(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'accounts', 'List accounts: who keeps them, what they hold, whether they may trade', [
    'accounts',
    "accounts --json | jq -r '.accounts[].name'",
  ]).action(
    runner.action(async (call) => {
      const [context, { listAccounts }] = await Promise.all([call.connect(), import('../commands/accounts.ts')]);
      return listAccounts(context, call.view(context));
    }),
  );

  defineCommand(program, 'reconcile', 'Compare our books with the brokers’ now; differences pause the account', [
    'reconcile',
    'reconcile --account ib --json',
  ])
    .option('--account <name>', 'one account, by name or id; all when absent')
    .action(
      runner.action(async (call, options) => {
        const [context, { reconcileBooks }] = await Promise.all([call.connect(), import('../commands/reconcile.ts')]);
        return reconcileBooks(context, (options.account ?? null) as string | null);
      }),
    );

  defineCommand(program, 'sessions', 'How the session with each account’s broker stands, and which process holds it', [
    'sessions',
    'sessions --json',
  ]).action(
    runner.action(async (call) => {
      const [context, { listSessions }] = await Promise.all([call.connect(), import('../commands/sessions.ts')]);
      return listSessions(context, call.view(context));
    }),
  );

  const account = program.command('account').description('Open an account for orders of your own');
  const open = defineCommand(
    account,
    'open <name>',
    'Open an account at the paper broker, or one that Interactive Brokers keeps',
    [
      'account open demo --balance 100000',
      'account open options --balance 100000 --max-delta 50000 --max-order 20000',
      'account open ib --broker ibkr --broker-account DU1234567',
    ],
  );
  withLimitOptions(open)
    .option('--broker <name>', 'paper or ibkr', parseBroker, 'paper')
    .option('--balance <usd>', 'the cash that a paper account begins with', parseBalance)
    .option('--broker-account <number>', 'the account’s number at Interactive Brokers')
    .option('--gateway <host:port>', 'a TWS or IB Gateway of its own (default: the service’s)')
    .option('--client-id <number>', 'the id under which folios trades at that gateway', parseClientId)
    .option(
      '--price-source <name>',
      'where its prices come from: replay, yahoo, ibkr, fixed, as_traded (default: replay; yahoo where the broker is real)',
      parsePriceSource,
    )
    .action(
      runner.action(async (call, options, [name]) => {
        const [context, { openAccount }] = await Promise.all([call.connect(), import('../commands/accounts.ts')]);
        return openAccount(context, {
          name: name as string,
          broker: options.broker as BrokerName,
          brokerAccount: (options.brokerAccount ?? null) as string | null,
          balanceUsd: (options.balance ?? null) as string | null,
          priceSource: (options.priceSource ?? null) as PriceSource | null,
          limits: limitsOf(options),
          gateway: gatewayOf(options),
        });
      }),
    );
}
