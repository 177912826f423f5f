import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { SimExecution } from '../book/sim-order.ts';
import { stockContract } from '../contracts/sim-contract.ts';
import type { Desk } from '../session/desk.ts';
import { execDetailsFields } from '../wire/messages.ts';
import type { strayExecutionSchema } from './schemas.ts';

/** Of orders that are not in the books. */
const STRAY_PERM_ID = 2_100_000_000;

/**
 * Tells every client an execution that the books do not have, as a gateway at fault would; they stay as they are. With the
 * id of an execution of the books it contradicts, or repeats, that one.
 */
export function tellStrayExecution(desk: Desk, wanted: z.output<typeof strayExecutionSchema>): SimExecution {
  const { orderRef, quantity, price } = wanted;
  const order = [...desk.store.orders.values()].find(({ fields }) => fields.orderRef === orderRef);
  const execution: SimExecution = {
    execId: wanted.execId ?? `stray.${randomUUID()}.01`,
    permId: order?.permId ?? STRAY_PERM_ID,
    orderId: order?.orderId ?? 0,
    clientId: order?.clientId ?? 0,
    account: order?.account ?? [...desk.store.accounts.keys()][0] ?? '',
    orderRef,
    contract: stockContract(wanted.symbol),
    side: wanted.action === 'BUY' ? 'BOT' : 'SLD',
    quantity: String(quantity),
    price,
    cumulativeQuantity: String(quantity),
    averagePrice: price,
    at: desk.options.clock().toISOString(),
    commission: null,
    realizedPnl: null,
  };
  for (const connection of desk.connections) {
    if (connection.clientId !== null) connection.send(execDetailsFields(execution, -1, connection.version));
  }
  return execution;
}
