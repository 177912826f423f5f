import type { FoliosClient } from '../client/folios-client.ts';
import type { ResearchStrategy } from '../contracts/schemas/strategy.ts';
import type { MarketDataSources } from '../ports/market-data.ts';
import type {
  MarketClockRepository,
  PortfolioRepository,
  ResearchRepository,
  StrategyRepository,
  UsageRepository,
} from '../ports/repositories.ts';
import type { TradingSwitch } from '../ports/trading-switch.ts';

/** Everything the commands, the demo and the report work with; `src/main` wires it. */
export interface CliContext {
  readonly folios: FoliosClient;
  readonly strategies: StrategyRepository;
  readonly research: ResearchRepository;
  readonly usage: UsageRepository;
  readonly portfolio: PortfolioRepository;
  readonly tradingSwitch: TradingSwitch;
  readonly marketClock: MarketClockRepository;
  readonly marketData: MarketDataSources;
  /** STRATEGY_INVALID, with every mistake named by its path. */
  readonly parseStrategyFile: (text: string, fileName: string) => ResearchStrategy;
  /** Who acts, for what is kept with a name. */
  readonly user: string;
  readonly now: () => Date;
  readonly urls: readonly { readonly name: string; readonly url: string }[];
  /** Sentences such as 'LLM providers are emulated (OpenAI, Gemini, Anthropic)'; empty where everything is real. */
  readonly simulated: readonly string[];
}
