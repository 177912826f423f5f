import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import { OrderState } from '../../domain/orders/order-state.ts';
import type { Call, CommandRunner } from '../command-runner.ts';
import type { OrdersFilter } from '../commands/orders.ts';
import { parseLimit, parseOrderState, parseSymbol } from '../option-parsers.ts';
import { defineCommand, optionText } from './define-command.ts';
import { addPlaceCommand } from './order-place-command.ts';

/** Orders: to look at, to place, to change, to cancel. */
export function addOrderCommands(program: Command, runner: CommandRunner): void {
  addOrders(program, runner);
  const order = program.command('order').description('Show, place, change or cancel one order');
  addShow(order, runner);
  addPlaceCommand(order, runner);
  addModify(order, runner);
  addCancel(order, runner);
  addDeclareDead(order, runner);
  addAcknowledge(order, runner);
}

function addOrders(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'orders', 'List orders, newest first', [
    'orders --state denied --json',
    'orders --account demo --symbol KO --watch',
    'orders --kept',
  ])
    .option('--account <name>', 'of one account: its name or id')
    .option('--state <state>', Object.values(OrderState).join(', ').toLowerCase(), parseOrderState)
    .option('--symbol <symbol>', 'of one share, or of the options on it', parseSymbol)
    .option('--ticket <id>', 'of one ticket; the first 8 or more characters of its id suffice')
    .option('--limit <rows>', 'how many at most', parseLimit, 50)
    .option('--watch', 'go on until none of them can move any more')
    .option('--kept', 'instead, reports of brokers that could not be booked: they wait for a person')
    .option('--acknowledged', 'with --kept, those that somebody has looked at')
    .action(
      runner.action(async (call, options) => {
        const filter: OrdersFilter = {
          account: optionText(options.account),
          state: (options.state ?? null) as OrderState | null,
          symbol: optionText(options.symbol),
          ticket: optionText(options.ticket),
          limit: options.limit as number,
        };
        return showOrders(call, filter, {
          isWatched: options.watch === true,
          isKept: options.kept === true,
          isAcknowledged: options.acknowledged === true,
        });
      }),
    );
}

async function showOrders(
  call: Call,
  filter: OrdersFilter,
  how: { isWatched: boolean; isKept: boolean; isAcknowledged: boolean },
) {
  if (how.isAcknowledged && !how.isKept) {
    throw new FoliosError('INPUT_INVALID', '--acknowledged goes with --kept: only kept reports are acknowledged');
  }
  if (how.isWatched && call.json) {
    throw new FoliosError('INPUT_INVALID', '--watch shows many pictures, --json prints one document: choose one');
  }
  const [context, commands] = await Promise.all([call.connect(), import('../commands/orders.ts')]);
  if (how.isKept) {
    const which = how.isAcknowledged ? 'acknowledged' : 'waiting';
    return commands.listKeptReports(context, filter, which, call.view(context));
  }
  const show = () => commands.listOrders(context, filter, call.view(context));
  if (how.isWatched) {
    const { watch } = await import('../watch.ts');
    await watch(
      call.io,
      async () => (await show()).text,
      async () => !(await commands.isAnyMoving(context, filter)),
    );
  }
  return show();
}

function addShow(order: Command, runner: CommandRunner): void {
  defineCommand(order, 'show <id>', 'Show an order’s life: what folios, its risk gate and the broker did and said', [
    'order show 0198c0de',
    'order show 0198c0de --checks',
  ])
    .option('--checks', 'also the risk gate’s checks that were passed')
    .action(
      runner.action(async (call, options, [id]) => {
        const [context, { showOrder }] = await Promise.all([call.connect(), import('../commands/order-show.ts')]);
        return showOrder(context, id as string, { checks: options.checks === true }, call.view(context));
      }),
    );
}

function addModify(order: Command, runner: CommandRunner): void {
  defineCommand(order, 'modify <id>', 'Change prices or quantity of a working order, in place', [
    'order modify 0198c0de --limit 60.25',
    'order modify 0198c0de --stop 57.50 --quantity 50',
  ])
    .option('--limit <price>', 'the new limit price')
    .option('--stop <price>', 'the new trigger price')
    .option('--quantity <quantity>', 'the new quantity, what is filled included')
    .action(
      runner.action(async (call, options, [id]) => {
        const [context, { modifyOrder }] = await Promise.all([call.connect(), import('../commands/order-changes.ts')]);
        const { limit, stop, quantity } = options;
        const change = {
          ...(limit === undefined ? {} : { limitPrice: limit as string }),
          ...(stop === undefined ? {} : { stopPrice: stop as string }),
          ...(quantity === undefined ? {} : { quantity: quantity as string }),
        };
        return modifyOrder(context, id as string, change, call.view(context));
      }),
    );
}

function addCancel(order: Command, runner: CommandRunner): void {
  defineCommand(order, 'cancel <id>', 'Cancel an order, or all orders of a ticket; asks first', [
    'order cancel 0198c0de',
    'order cancel 0198c0de --reason "earnings tonight" --yes',
  ])
    .option('--reason <text>', 'kept with the order', 'cancelled from the command line')
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, [id]) => {
        const [context, { cancelOrder }] = await Promise.all([call.connect(), import('../commands/order-changes.ts')]);
        const { reason, yes } = options;
        return cancelOrder(
          context,
          id as string,
          { reason: reason as string, yes: yes === true, ask: call.ask },
          call.view(context),
        );
      }),
    );
}

function addDeclareDead(order: Command, runner: CommandRunner): void {
  defineCommand(order, 'declare-dead <id>', 'Close an UNKNOWN order that is not at the broker; asks first', [
    'order declare-dead 0198c0de --reason "not among orders nor executions"',
    'order declare-dead 0198c0de --yes',
  ])
    .option('--reason <text>', 'what was looked at; kept with the order', 'looked for at the broker and not found')
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, [id]) => {
        const [context, { declareDead }] = await Promise.all([call.connect(), import('../commands/order-changes.ts')]);
        const confirmation = { reason: options.reason as string, yes: options.yes === true, ask: call.ask };
        return declareDead(context, id as string, confirmation, call.view(context));
      }),
    );
}

function addAcknowledge(order: Command, runner: CommandRunner): void {
  defineCommand(order, 'acknowledge <reports...>', 'Note that you have looked at reports that could not be booked', [
    'order acknowledge 217 --reason "TWS told it twice; the statement has one"',
  ])
    .requiredOption('--reason <text>', 'what was found out; kept with the report')
    .action(
      runner.action(async (call, options, [reports]) => {
        const [context, { acknowledgeReports }] = await Promise.all([
          call.connect(),
          import('../commands/order-acknowledge.ts'),
        ]);
        return acknowledgeReports(context, reports as readonly string[], options.reason as string);
      }),
    );
}
