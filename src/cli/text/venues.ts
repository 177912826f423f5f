import type { Tradable } from '../../domain/orders/instrument.ts';
import { legsOf } from '../../domain/orders/ticket.ts';
import { BrokerName, type TradingAccount } from '../../ports/trading-accounts.ts';

/** Interactive Brokers' numbers of paper trading accounts begin so. */
const PAPER_TRADING = /^D/;

/** Who keeps an account, and whether its money is real: `paper broker, simulated` or `IBKR U1234567, REAL MONEY`. */
export function venueText({ broker, brokerAccount }: TradingAccount, isIbkrSimulated: boolean): string {
  if (broker === BrokerName.paper) return 'paper broker, simulated';
  if (isIbkrSimulated) return `IBKR ${brokerAccount}, simulated`;
  return `IBKR ${brokerAccount}, ${PAPER_TRADING.test(brokerAccount) ? 'paper trading' : 'REAL MONEY'}`;
}

/** What a person must know of the prices of these orders; null where there is nothing to say. */
export function pricesText({ broker }: TradingAccount, tradables: readonly Tradable[]): string | null {
  const hasOption = tradables.some((one) => legsOf(one, 'BUY').some(({ instrument }) => instrument.kind === 'option'));
  return broker === BrokerName.paper && hasOption ? 'of options simulated by a model, no market’s' : null;
}
