import type { Broker } from '../../src/ports/broker.ts';
import type { MarketClock } from '../../src/ports/clock.ts';
import type { StrategyRepository } from '../../src/ports/repositories.ts';
import type { TradingSwitch } from '../../src/ports/trading-switch.ts';
import type { BooksPorts } from './books.ts';

export interface TicketPorts extends BooksPorts {
  readonly strategies: StrategyRepository;
  readonly marketClock: MarketClock;
  readonly broker: Broker;
  readonly tradingSwitch: TradingSwitch;
}
