import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { createAlertDeliveries } from '../../db/repositories/alert-deliveries.ts';
import { createAlertBooks } from '../../db/repositories/alerts.ts';
import { createApiTokens } from '../../db/repositories/api-tokens.ts';
import { createBrokerSessionStates } from '../../db/repositories/broker-session-states.ts';
import { createCorporateActionBooks } from '../../db/repositories/corporate-actions.ts';
import { createIdempotencyKeys } from '../../db/repositories/idempotency.ts';
import { createLlmBudgets } from '../../db/repositories/llm-budgets.ts';
import { createMarketClockRepository } from '../../db/repositories/market-clock.ts';
import { createNotificationChannels } from '../../db/repositories/notification-channels.ts';
import { createOrderJournal } from '../../db/repositories/order-journal.ts';
import { createOwnership } from '../../db/repositories/ownership.ts';
import { createPortfolioRepository } from '../../db/repositories/portfolio.ts';
import { createResearchRepository } from '../../db/repositories/research.ts';
import { createStrategyRepository } from '../../db/repositories/strategies.ts';
import { createTradingAccounts } from '../../db/repositories/trading-accounts.ts';
import { createTradingSwitch } from '../../db/repositories/trading-switch.ts';
import { createUsageRepository } from '../../db/repositories/usage.ts';
import { createUserSessions } from '../../db/repositories/user-sessions.ts';
import { createUsers } from '../../db/repositories/users.ts';
import type { DB } from '../../db/schema.gen.ts';
import { createAsTradedMarketData } from '../adapters/as-traded/market-data.ts';
import { createCredentials } from '../adapters/credentials/credentials.ts';
import { createFixedMarketData } from '../adapters/fixed/market-data.ts';
import { createIbkrPriceSource } from '../adapters/ibkr/price-source.ts';
import { createTemplateRenderer } from '../adapters/liquid/template.ts';
import { createMarketClock } from '../adapters/market-clock/market-clock.ts';
import { createAccountQuotes } from '../adapters/market-data/account-quotes.ts';
import { createMarketDataSources } from '../adapters/market-data/sources.ts';
import { createReplayMarketData } from '../adapters/replay/market-data.ts';
import { createYahooMarketData } from '../adapters/yahoo/market-data.ts';
import type { Config } from '../config.ts';
import { createIbkrData } from './ibkr-data.ts';
import { createQuotes } from './quotes.ts';

/** What is owned and what it is worth: repositories and prices. All that a command line call needs, and quick to load. */
export function createBooks(config: Config, db: Kysely<DB>) {
  const clock = { now: () => new Date() };
  const replay = createReplayMarketData(join(config.root, 'data'));
  const marketClockRepository = createMarketClockRepository(db);
  const ibkrData = createIbkrData(config.ibkr, clock);
  const marketData = createMarketDataSources({
    replay,
    fixed: createFixedMarketData({ benchmark: replay }),
    as_traded: createAsTradedMarketData(join(config.root, 'data'), { benchmark: replay }),
    yahoo: createYahooMarketData({}),
    ibkr: createIbkrPriceSource({ connect: ibkrData.connect, simulated: config.ibkr.simulated, clock }),
  });
  const marketClock = createMarketClock(marketClockRepository, config.replayStart, clock, marketData);
  return {
    clock,
    db,
    strategies: createStrategyRepository(db),
    research: createResearchRepository(db),
    usage: createUsageRepository(db),
    budgets: createLlmBudgets(db),
    alerts: createAlertBooks(db),
    deliveries: createAlertDeliveries(db),
    channels: createNotificationChannels(db),
    portfolio: createPortfolioRepository(db),
    tradingSwitch: createTradingSwitch(db),
    accounts: createTradingAccounts(db),
    sessionStates: createBrokerSessionStates(db),
    journal: createOrderJournal(db),
    corporateActions: createCorporateActionBooks(db),
    marketClockRepository,
    marketClock,
    marketData,
    ibkrData,
    quotes: createQuotes(ibkrData, createAccountQuotes(marketData, marketClock, config.paper)),
    users: createUsers(db),
    sessions: createUserSessions(db),
    tokens: createApiTokens(db),
    ownership: createOwnership(db),
    idempotency: createIdempotencyKeys(db),
    credentials: createCredentials(),
    templates: createTemplateRenderer(),
  };
}
export type Books = ReturnType<typeof createBooks>;
