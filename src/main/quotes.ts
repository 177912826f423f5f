import type { Quotes } from '../ports/quotes.ts';
import { BrokerName } from '../ports/trading-accounts.ts';
import type { IbkrData } from './ibkr-data.ts';

/** The quotes of every account: what Interactive Brokers keeps is priced by it, whatever the account's price source. */
export function createQuotes(ibkrData: Pick<IbkrData, 'connect'>, ofPriceSource: Quotes): Quotes {
  const brokerQuotes = () => import('../adapters/ibkr/broker-quotes.ts');
  return {
    async quote(account, tradable) {
      if (account.broker !== BrokerName.ibkr) return ofPriceSource.quote(account, tradable);
      const [marketData, { askBrokerQuote }] = await Promise.all([ibkrData.connect(), brokerQuotes()]);
      return askBrokerQuote(marketData, tradable);
    },
    async deltaUsd(account, instrument) {
      if (account.broker !== BrokerName.ibkr) return ofPriceSource.deltaUsd(account, instrument);
      const [marketData, { askDeltaUsd }] = await Promise.all([ibkrData.connect(), brokerQuotes()]);
      return askDeltaUsd(marketData, instrument);
    },
  };
}
