import { ACCOUNT, startStand } from '../ibkr/stand.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';

/** Interactive Brokers by our adapter, over the wire, through the TWS simulator. */
export async function startSimulatedIbkr(): Promise<BrokerUnderTest> {
  const stand = await startStand();
  const open = async () => {
    await stand.closeSessions();
    return stand.ready();
  };
  return {
    account: ACCOUNT,
    openingCash: '1000000',
    open,
    async openRefusing() {
      const opened = await open();
      await stand.control('faults', { fault: 'reject' });
      return opened;
    },
    setPrice: async (symbol, price) => void (await stand.control('price', { symbol, ...price })),
    turnTo: async (day) => void (await stand.control('day', { day })),
    async reset() {
      await stand.closeSessions();
      await stand.control('reset', {});
      if (stand.undecoded.length > 0) throw new Error(`undecoded: ${JSON.stringify(stand.undecoded)}`);
    },
    stop: stand.close,
  };
}
