import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { FoliosError } from '../../contracts/errors.ts';
import type { TicketSpec } from '../../domain/orders/ticket.ts';
import type { Call, CommandRunner } from '../command-runner.ts';
import { parseUuid } from '../option-parsers.ts';
import { defineCommand, optionText } from './define-command.ts';

/** `order place`: an order of the words on the command line, or a ticket of a file. */
export function addPlaceCommand(order: Command, runner: CommandRunner): void {
  defineCommand(order, 'place [symbol]', 'Place an order, a bracket or a ticket from a file; asks first', [
    'order place --account demo --buy 100 KO --limit 60.10',
    'order place --account demo --buy 100 KO --take-profit 66 --stop-loss 57 --yes',
    'order place --account demo --ticket iron-condor.json',
  ])
    .requiredOption('--account <name>', 'whose order: the account’s name or id')
    .option('--buy <quantity>', 'how many shares to buy')
    .option('--sell <quantity>', 'how many shares to sell')
    .option('--limit <price>', 'at this price or a better one; with --stop, once that is reached')
    .option('--stop <price>', 'at the market once this price is reached')
    .option('--trail <distance>', 'a stop that follows the market: dollars, or a percentage such as 2%')
    .option('--gtc', 'stands until it is cancelled, not just for the day')
    .option('--take-profit <price>', 'with --stop-loss: a bracket, whose exits stand until cancelled')
    .option('--stop-loss <price>', 'with --take-profit: the bracket’s protection')
    .option('--ticket <file>', 'a ticket as JSON instead: brackets, OCA groups, combinations, baskets')
    .option('--id <uuid>', 'the ticket’s id: the same one again places nothing twice', parseUuid)
    .option('--yes', 'do not ask')
    .action(
      runner.action(async (call, options, [symbol]) => {
        const spec = await readTicket(call, options, optionText(symbol));
        const [context, { placeOrder }] = await Promise.all([call.connect(), import('../commands/order-place.ts')]);
        return placeOrder(
          context,
          {
            account: options.account as string,
            spec,
            ticketId: optionText(options.id) ?? randomUUID(),
            yes: options.yes === true,
            ask: call.ask,
          },
          call.view(context),
        );
      }),
    );
}

const WORDS_OF_AN_ORDER = ['buy', 'sell', 'limit', 'stop', 'trail', 'gtc', 'takeProfit', 'stopLoss'];

/** From a file, or from the options; what does not fit is refused before anything connects. */
async function readTicket(call: Call, options: Record<string, unknown>, symbol: string | null): Promise<TicketSpec> {
  const path = optionText(options.ticket);
  if (path === null) {
    const { ticketFromWords } = await import('../commands/order-ticket.ts');
    return ticketFromWords({
      buy: optionText(options.buy),
      sell: optionText(options.sell),
      symbol,
      limit: optionText(options.limit),
      stop: optionText(options.stop),
      trail: optionText(options.trail),
      takeProfit: optionText(options.takeProfit),
      stopLoss: optionText(options.stopLoss),
      isGoodTillCancelled: options.gtc === true,
    });
  }
  if (symbol !== null || WORDS_OF_AN_ORDER.some((name) => options[name] !== undefined)) {
    throw new FoliosError('INPUT_INVALID', '--ticket names a whole ticket; leave the other words about the order out');
  }
  const { parseTicketFile } = await import('../commands/order-ticket-file.ts');
  const text = await call.io.readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FoliosError('INPUT_INVALID', `cannot read ${path}: ${reason}`, { path });
  });
  return parseTicketFile(text, path);
}
