import type { FoliosClient } from '../client/folios-client.ts';
import type { ResearchStrategy } from '../contracts/schemas/strategy.ts';
import type { MarketClock } from '../ports/clock.ts';
import type { MarketDataSources } from '../ports/market-data.ts';
import type { OrderJournal } from '../ports/order-journal.ts';
import type { OrderListing } from '../ports/order-listing.ts';
import type { ProfitAndLossBooks } from '../ports/profit-and-loss.ts';
import type {
  MarketClockRepository,
  PortfolioRepository,
  ResearchRepository,
  StrategyRepository,
  UsageRepository,
} from '../ports/repositories.ts';
import type { TradingAccounts } from '../ports/trading-accounts.ts';
import type { TradingSwitch } from '../ports/trading-switch.ts';

/** Everything the commands, the demo and the report work with; `src/main` wires it. */
export interface CliContext {
  readonly folios: FoliosClient;
  readonly strategies: StrategyRepository;
  readonly research: ResearchRepository;
  readonly usage: UsageRepository;
  readonly portfolio: PortfolioRepository;
  readonly profitAndLoss: ProfitAndLossBooks;
  readonly orders: OrderListing;
  readonly journal: Pick<OrderJournal, 'timeline' | 'findTicket' | 'listKept' | 'acknowledge' | 'exposure'>;
  readonly accounts: TradingAccounts;
  readonly tradingSwitch: TradingSwitch;
  readonly marketClock: MarketClockRepository;
  /** The day on which an account's market stands. */
  readonly marketDay: MarketClock['today'];
  readonly marketData: MarketDataSources;
  /** STRATEGY_INVALID, with every mistake named by its path. */
  readonly parseStrategyFile: (text: string, fileName: string) => ResearchStrategy;
  /** Whether our TWS simulator stands for Interactive Brokers. */
  readonly isIbkrSimulated: boolean;
  /** Who acts, for what is kept with a name. */
  readonly user: string;
  readonly now: () => Date;
  readonly urls: readonly { readonly name: string; readonly url: string }[];
  /** Sentences such as 'LLM providers are emulated (OpenAI, Gemini, Anthropic)'; empty where everything is real. */
  readonly simulated: readonly string[];
}
