import type { z } from 'zod';
import { isLive, type SimOrder } from '../book/sim-order.ts';
import { contractFor, type Desk } from '../session/desk.ts';
import type { handOrderSchema } from './schemas.ts';

/** Orders made by hand belong to the client 0. */
const HAND_CLIENT = 0;

/** Places an order as a person at the broker does: without a reference, with a negative order id. Null where it was refused. */
export async function placeByHand(desk: Desk, wanted: z.output<typeof handOrderSchema>): Promise<SimOrder | null> {
  const { symbol, conId } = wanted;
  const contract = contractFor(desk, conId === undefined ? { symbol } : { conId });
  if (contract === null) return null;
  await desk.quotes.load(contract);
  const orderId = -1 - [...desk.store.orders.values()].filter((one) => one.clientId === HAND_CLIENT).length;
  desk.step(() =>
    desk.exchange.place({
      clientId: HAND_CLIENT,
      contract,
      rejection: null,
      message: {
        orderId,
        contract: { ...contract, strike: contract.strike },
        fields: {
          action: wanted.action,
          totalQuantity: String(wanted.quantity),
          orderType: wanted.type,
          lmtPrice: wanted.limitPrice ?? '',
          tif: wanted.timeInForce,
          account: wanted.account ?? [...desk.store.accounts.keys()][0] ?? '',
          transmit: '1',
        },
        lists: { legs: [], legPrices: [], smartRouting: [], algoParams: [], conditions: [] },
      },
    }),
  );
  return desk.store.clientOrder(HAND_CLIENT, orderId);
}

/** Cancels any live order by hand; false where there is none of this permanent id. */
export function cancelByHand(desk: Desk, permId: number): boolean {
  const order = desk.store.orders.get(permId);
  if (order === undefined || !isLive(order)) return false;
  desk.step(() => void desk.exchange.cancelByHand(permId));
  return true;
}
