import type { ResearchStrategy } from '../contracts/schemas/strategy.ts';
import type { AlertBooks, AlertDeliveries } from '../ports/alerts.ts';
import type { ApiTokens } from '../ports/api-tokens.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { BrokerSessionStates } from '../ports/broker-session-states.ts';
import type { LlmBudgets } from '../ports/budgets.ts';
import type { MarketClock } from '../ports/clock.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { LineageReader } from '../ports/lineage.ts';
import type { MarketDataSources } from '../ports/market-data.ts';
import type { NotificationChannels } from '../ports/notifier.ts';
import type { OrderJournal } from '../ports/order-journal.ts';
import type { OrderListing } from '../ports/order-listing.ts';
import type { PayloadKeys } from '../ports/payload-keys.ts';
import type { ProfitAndLossBooks } from '../ports/profit-and-loss.ts';
import type {
  MarketClockRepository,
  PortfolioRepository,
  ResearchRepository,
  StrategyRepository,
  UsageRepository,
} from '../ports/repositories.ts';
import type { StrategySchedules } from '../ports/strategy-schedules.ts';
import type { TradingAccounts } from '../ports/trading-accounts.ts';
import type { TradingSwitch } from '../ports/trading-switch.ts';
import type { Users } from '../ports/users.ts';
import type { Engine } from '../service/engine.ts';

/** Everything the commands, the demo and the report work with; `src/main` wires it. */
export interface CliContext {
  readonly folios: Engine;
  readonly strategies: StrategyRepository;
  readonly schedules: StrategySchedules;
  readonly payloadKeys: PayloadKeys;
  readonly research: ResearchRepository;
  readonly usage: UsageRepository;
  readonly budgets: Pick<LlmBudgets, 'list' | 'set' | 'costs'>;
  readonly alerts: Pick<AlertBooks, 'list' | 'acknowledge' | 'countOpen'>;
  readonly channels: NotificationChannels;
  readonly deliveries: Pick<AlertDeliveries, 'planTest' | 'find' | 'listByChannel'>;
  readonly portfolio: PortfolioRepository;
  readonly profitAndLoss: ProfitAndLossBooks;
  readonly orders: OrderListing;
  readonly journal: Pick<OrderJournal, 'timeline' | 'findTicket' | 'listKept' | 'acknowledge' | 'exposure'>;
  readonly accounts: TradingAccounts;
  readonly sessionStates: Pick<BrokerSessionStates, 'list'>;
  readonly tradingSwitch: TradingSwitch;
  /** Who may use the service over the network. */
  readonly access: { readonly users: Users; readonly tokens: ApiTokens; readonly credentials: Credentials };
  readonly marketClock: MarketClockRepository;
  /** Opened by the commands that need it: a store may bring a vendor's SDK. */
  readonly lineage: () => Promise<{
    readonly reader: Pick<LineageReader, 'read' | 'collect'>;
    readonly artifacts: Pick<ArtifactStore, 'get'>;
  }>;
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
