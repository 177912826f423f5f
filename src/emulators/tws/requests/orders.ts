import type { ForcedRejection } from '../book/exchange.ts';
import { isLive, type SimExecution } from '../book/sim-order.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { Desk } from '../session/desk.ts';
import { commissionFields, execDetailsFields, orderStatusFields } from '../wire/messages.ts';
import { completedOrderFields } from '../wire/order-writer.ts';
import { type PlaceOrderMessage, readPlaceOrder } from '../wire/place-order.ts';
import { dayText, timeText } from '../wire/time-text.ts';
import { type Handler, type Request, skipVersion } from './request.ts';

const NO_DEFINITION = 'No security definition has been found for the request';

/** Message 3: a new order, or a change to a live one. */
export const placeOrder: Handler = async ({ desk, connection, clientId, reader }) => {
  const orderId = reader.int();
  const message = readOrTell(reader, orderId, connection);
  if (message === null) return;
  if (desk.isCutOff) {
    connection.error(orderId, 1100, 'Connectivity between IBKR and Trader Workstation has been lost.');
    return;
  }
  const contract = await contractOf(desk, message);
  if (contract === null) {
    connection.error(orderId, 200, NO_DEFINITION);
    return;
  }
  await desk.quotes.load(contract);
  const rejection = rejectionFor(desk, clientId, message);
  desk.step(() => desk.exchange.place({ clientId, contract, message, rejection }));
};

function readOrTell(
  reader: Request['reader'],
  orderId: number,
  connection: Request['connection'],
): PlaceOrderMessage | null {
  try {
    return readPlaceOrder(reader, orderId, connection.version);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    connection.error(orderId, 320, `Server error when reading an API client request: ${reason}`);
    return null;
  }
}

async function contractOf(desk: Desk, { contract, lists }: PlaceOrderMessage): Promise<SimContract | null> {
  if (contract.secType === 'BAG') return desk.directory.bag(contract.symbol, lists.legs);
  const found = (await desk.directory.find(contract, false)).filter(({ secType }) => secType !== 'IND');
  return found.length === 1 ? (found[0] ?? null) : null;
}

function rejectionFor(desk: Desk, clientId: number, { fields, contract }: PlaceOrderMessage): ForcedRejection | null {
  if (fields.whatIf === '1') return null;
  return desk.faults.take(['reject'], '3', clientId, [fields.orderRef ?? '', contract.symbol]);
}

/** Message 4. */
export const cancelOrder: Handler = ({ desk, clientId, reader }) => {
  skipVersion(reader);
  const orderId = reader.int();
  desk.step(() => desk.exchange.cancel(clientId, orderId));
};

/** Message 58. */
export const globalCancel: Handler = ({ desk }) => desk.step(() => desk.exchange.cancelAll());

/** Message 5: the client's own open orders; client 0 also sees those made by hand. */
export const openOrders: Handler = (request) => tellOpenOrders(request, (clientId) => clientId === request.clientId);

/** Message 16: everybody's open orders. */
export const allOpenOrders: Handler = (request) => tellOpenOrders(request, () => true);

/** Message 15: binding orders made by hand, for client 0 alone. They carry ids of their own here, so nothing is left to do. */
export const autoOpenOrders: Handler = ({ connection, clientId }) => {
  if (clientId !== 0) {
    connection.error(-1, 327, 'Only the default client (i.e 0) can auto bind orders.');
  }
};

function tellOpenOrders({ desk, connection }: Request, isWanted: (clientId: number) => boolean): void {
  for (const order of desk.store.live().filter((one) => isWanted(one.clientId))) {
    connection.send(desk.openOrderFields(order, connection.version));
    connection.send(orderStatusFields(order, desk.parentOrderId(order)));
  }
  connection.send(['53', '1']);
}

/** Message 99: orders that ended today. */
export const completedOrders: Handler = ({ desk, connection, reader }) => {
  const apiOnly = reader.flag();
  const today = dayText(desk.options.clock());
  for (const order of desk.store.orders.values()) {
    if (isLive(order) || (apiOnly && order.clientId === 0 && order.orderId < 0)) continue;
    if (order.endedAt !== null && dayText(new Date(order.endedAt)) === today)
      connection.send(completedOrderFields(order, connection.version));
  }
  connection.send(['102']);
};

/** Message 7: today's executions that fit the filter, each with its commission. */
export const executions: Handler = ({ desk, connection, reader }) => {
  skipVersion(reader);
  const requestId = reader.int();
  const [clientId = '', account = '', time = '', symbol = '', secType = '', exchange = '', side = ''] = reader.rest();
  const today = dayText(desk.options.clock());
  const wanted = (one: SimExecution): boolean =>
    dayText(new Date(one.at)) === today &&
    (Number(clientId) === 0 || one.clientId === Number(clientId)) &&
    (account === '' || one.account === account) &&
    (symbol === '' || one.contract.symbol === symbol) &&
    (secType === '' || one.contract.secType === secType) &&
    (exchange === '' || exchange === 'SMART' || exchange === 'NYSE') &&
    (side === '' || one.side === (side.startsWith('B') ? 'BOT' : 'SLD')) &&
    (time === '' || comparable(timeText(new Date(one.at))) >= comparable(time));
  for (const execution of desk.store.executions.filter(wanted)) {
    connection.send(execDetailsFields(execution, requestId, connection.version));
    if (execution.commission !== null) connection.send(commissionFields(execution));
  }
  connection.send(['55', '1', String(requestId)]);
};

/** Times as clients write them, `yyyymmdd-hh:mm:ss` or with a space and a zone, by their digits alone. */
function comparable(time: string): string {
  return time.replace(/\D/g, '').slice(0, 14).padEnd(14, '0');
}
