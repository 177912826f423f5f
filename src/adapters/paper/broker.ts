import type { Broker } from '../../ports/broker.ts';

/** The paper broker: every market order fills whole at the quoted price, without commission. */
export function createPaperBroker(): Broker {
  return {
    simulated: true,
    async execute(order, marketPrice) {
      return { ...order, execId: `paper/${order.orderRef}`, price: marketPrice, commissionUsd: '0' };
    },
  };
}
