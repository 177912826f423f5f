import type { Command } from 'commander';
import type { MarketDate } from '../../domain/market/market-date.ts';
import type { CommandRunner } from '../command-runner.ts';
import { parseLimit, parseMarketDate, parseSymbol } from '../option-parsers.ts';
import { defineCommand } from './define-command.ts';

const ACCOUNT_OPTION = ['--account <name>', 'one account, by name (demo, or strategy/provider) or id'] as const;

/** What came of it: positions, portfolios, comparison, the replayed market's clock, and where to look. */
export function addPortfolioCommands(program: Command, runner: CommandRunner): void {
  addPositions(program, runner);
  addPortfolio(program, runner);
  addProfitAndLoss(program, runner);
  addCompare(program, runner);
  addClock(program, runner);

  defineCommand(program, 'doctor', 'Ask every part what it is and how it does; works while parts are down', [
    'doctor',
    'doctor --json',
  ]).action(
    runner.action(async (call) => {
      const { examine } = await import('../commands/doctor.ts');
      return examine(() => call.diagnose(), call.view());
    }),
  );

  defineCommand(program, 'urls', 'Show where the API and the web interfaces are', ['urls']).action(
    runner.action(async (call) => {
      const [context, { listUrls }] = await Promise.all([call.connect(), import('../commands/urls.ts')]);
      return listUrls(context, call.view(context));
    }),
  );
}

function addPositions(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'positions', 'List open positions at their last mark', [
    'positions',
    'positions --account dreman-contrarian/openai',
  ])
    .option('--account <name>', 'of one account: its name or id')
    .option('--limit <rows>', 'how many at most', parseLimit, 200)
    .action(
      runner.action(async (call, options) => {
        const [context, { listPositions }] = await Promise.all([call.connect(), import('../commands/positions.ts')]);
        return listPositions(context, accountAndLimit(options), call.view(context));
      }),
    );
}

function addPortfolio(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'portfolio', 'Show cash, positions and totals, checked against the ledger', [
    'portfolio',
    'portfolio --account dreman-contrarian/openai',
  ])
    .option(...ACCOUNT_OPTION)
    .option('--limit <rows>', 'how many accounts at most', parseLimit, 100)
    .action(
      runner.action(async (call, options) => {
        const [context, { showPortfolios }] = await Promise.all([call.connect(), import('../commands/portfolio.ts')]);
        return showPortfolios(context, accountAndLimit(options), call.view(context));
      }),
    );
}

function addProfitAndLoss(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'pnl', 'Show profit and loss by first in, first out, from the ledger and the lots', [
    'pnl',
    'pnl --account demo --lots',
    'pnl --symbol AAPL --from 2005-01-01 --to 2005-12-31 --json',
  ])
    .option('--account <name>', 'one account, by name or id; all when absent')
    .option('--symbol <ticker>', 'of one share and the options on it', parseSymbol)
    .option('--from <day>', 'what was booked on this market day or later', parseMarketDate)
    .option('--to <day>', 'what was booked on this market day or before', parseMarketDate)
    .option('--lots', 'every closed lot, and the open ones')
    .action(
      runner.action(async (call, options) => {
        const [context, { showProfitAndLoss }] = await Promise.all([call.connect(), import('../commands/pnl.ts')]);
        const wanted = {
          account: (options.account ?? null) as string | null,
          symbol: (options.symbol ?? null) as string | null,
          from: (options.from ?? null) as MarketDate | null,
          to: (options.to ?? null) as MarketDate | null,
          lots: options.lots === true,
        };
        return showProfitAndLoss(context, wanted, call.view(context));
      }),
    );
}

function addCompare(program: Command, runner: CommandRunner): void {
  defineCommand(program, 'compare', 'Providers side by side: value, return, S&P 500, LLM cost', [
    'compare',
    'compare --strategy dreman-contrarian --json',
  ])
    .option('--strategy <slug>', 'of one strategy')
    .option('--limit <rows>', 'how many at most', parseLimit, 100)
    .action(
      runner.action(async (call, options) => {
        const [context, { compareProviders }] = await Promise.all([call.connect(), import('../commands/compare.ts')]);
        const strategy = (options.strategy ?? null) as string | null;
        return compareProviders(context, { strategy, limit: options.limit as number }, call.view(context));
      }),
    );
}

function addClock(program: Command, runner: CommandRunner): void {
  const clock = defineCommand(program, 'clock', 'Show the day on which the replayed market stands', [
    'clock',
    'clock advance 2018-03-30',
  ]).action(
    runner.action(async (call) => {
      const [context, { showClock }] = await Promise.all([call.connect(), import('../commands/clock.ts')]);
      return showClock(context);
    }),
  );
  defineCommand(
    clock,
    'advance <day>',
    'Move the replayed market forward and mark every portfolio; it never goes back',
    ['clock advance 2018-03-30'],
  ).action(
    runner.action(async (call, _options, [day]) => {
      const to: MarketDate = parseMarketDate(day as string);
      const [context, { advanceClock }] = await Promise.all([call.connect(), import('../commands/clock.ts')]);
      return advanceClock(context, to, call.view(context));
    }),
  );
}

function accountAndLimit(options: Record<string, unknown>): { account: string | null; limit: number } {
  return { account: (options.account ?? null) as string | null, limit: options.limit as number };
}
