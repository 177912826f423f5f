import { BrokerName, type TradingAccount } from '../../ports/trading-accounts.ts';

/** Interactive Brokers' numbers of paper trading accounts begin so. */
const PAPER_TRADING = /^D/;

/** Who keeps an account, and whether its money is real: `paper broker, simulated` or `IBKR U1234567, REAL MONEY`. */
export function venueText({ broker, brokerAccount }: TradingAccount, isIbkrSimulated: boolean): string {
  if (broker === BrokerName.paper) return 'paper broker, simulated';
  if (isIbkrSimulated) return `IBKR ${brokerAccount}, simulated`;
  return `IBKR ${brokerAccount}, ${PAPER_TRADING.test(brokerAccount) ? 'paper trading' : 'REAL MONEY'}`;
}
