import type { ApiApp } from './api-app.ts';
import { type AccountRoutePorts, accountRoutes } from './routes/accounts.ts';
import { type ArtifactRoutePorts, artifactRoutes } from './routes/artifacts.ts';
import { type BrokerSessionRoutePorts, brokerSessionRoutes } from './routes/broker-sessions.ts';
import { type EventRoutePorts, eventRoutes } from './routes/events.ts';
import { type MarketRoutePorts, marketRoutes } from './routes/market.ts';
import { type OrderRoutePorts, orderRoutes } from './routes/orders.ts';
import { type PortfolioRoutePorts, portfolioRoutes } from './routes/portfolio.ts';
import { type ResearchRoutePorts, researchRoutes } from './routes/research.ts';
import { type StrategyRoutePorts, strategyRoutes } from './routes/strategies.ts';
import { type TicketRoutePorts, ticketRoutes } from './routes/tickets.ts';
import { type SwitchRoutePorts, switchRoutes } from './routes/trading-switch.ts';

/** What the routes of strategies, accounts and orders together work with. */
export type TradingResourcePorts = StrategyRoutePorts &
  ResearchRoutePorts &
  ArtifactRoutePorts &
  AccountRoutePorts &
  BrokerSessionRoutePorts &
  PortfolioRoutePorts &
  OrderRoutePorts &
  TicketRoutePorts &
  SwitchRoutePorts &
  MarketRoutePorts &
  EventRoutePorts;

/** Everything that the command line does, in the order of the document. */
export async function tradingResources(app: ApiApp, ports: TradingResourcePorts): Promise<void> {
  await strategyRoutes(app, ports);
  await researchRoutes(app, ports);
  await artifactRoutes(app, ports);
  await accountRoutes(app, ports);
  await brokerSessionRoutes(app, ports);
  await portfolioRoutes(app, ports);
  await orderRoutes(app, ports);
  await ticketRoutes(app, ports);
  await switchRoutes(app, ports);
  await marketRoutes(app, ports);
  await eventRoutes(app, ports);
}
