import { incrementAt } from '../../../domain/orders/price-increment.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import { priceStepsOf } from '../market/price-rules.ts';
import { readContract } from '../wire/contract-fields.ts';
import type { OrderLeg } from '../wire/place-order.ts';
import { sendTicks } from './market-ticks.ts';
import { type Handler, type Request, skipVersion } from './request.ts';

const NO_DEFINITION = 'No security definition has been found for the request';
const FAULT_TEXTS: Readonly<Record<number, string>> = {
  354: 'Requested market data is not subscribed.',
  10167: 'Requested market data is not subscribed. Displaying delayed market data.',
  10168: 'Requested market data is not subscribed. Delayed market data is not enabled.',
  10197: 'No market data during competing live session',
};
const SHOWS_DELAYED = 10167;

/** Message 59: 3 and 4 ask for delayed data. */
export const marketDataType: Handler = ({ connection, reader }) => {
  skipVersion(reader);
  connection.wantsDelayedData = reader.int() >= 3;
};

/** Message 1: a stream of prices, or a snapshot of them. */
export const marketData: Handler = async (request) => {
  const { desk, connection, clientId, reader } = request;
  skipVersion(reader);
  const requestId = reader.int();
  const contract = await readWanted(request);
  if (reader.flag()) reader.values(3); // a delta neutral contract
  reader.text(); // generic ticks
  const isSnapshot = reader.flag();
  if (contract === null) {
    connection.error(requestId, 200, NO_DEFINITION);
    return;
  }
  await desk.quotes.load(contract);
  const fault = desk.faults.take(['market_data_error'], '1', clientId, [contract.symbol]);
  if (fault !== null) connection.error(requestId, fault.code, FAULT_TEXTS[fault.code] ?? '');
  if (fault !== null && fault.code !== SHOWS_DELAYED) return;
  const isDelayed = fault !== null || connection.wantsDelayedData;
  // The exchange code is made up; its form is the real one's.
  connection.send(['81', String(requestId), tickOf(request, contract), '9c0001', '3']);
  connection.send(['58', '1', String(requestId), isDelayed ? '3' : '1']);
  sendTicks(desk, connection, requestId, contract, isDelayed);
  if (isSnapshot) connection.send(['57', '1', String(requestId)]);
  else connection.subscriptions.marketData.set(requestId, { contract, isDelayed });
};

/** The contract of a market data request; the legs of a combination follow it. */
async function readWanted({ desk, reader }: Request): Promise<SimContract | null> {
  const wanted = readContract(reader);
  if (wanted.secType !== 'BAG') {
    const found = await desk.directory.find(wanted, false);
    desk.step(() => undefined);
    return found.length === 1 ? (found[0] ?? null) : null;
  }
  const legs = reader.list(
    (): OrderLeg => ({
      conId: reader.int(),
      ratio: reader.int(),
      action: reader.text(),
      exchange: reader.text(),
      openClose: '',
      shortSaleSlot: '',
      designatedLocation: '',
      exemptCode: '',
    }),
  );
  return desk.directory.bag(wanted.symbol, legs);
}

function tickOf({ desk }: Request, contract: SimContract): string {
  const last = desk.quotes.quote(contract)?.last;
  return last === undefined ? '0.01' : incrementAt(last, priceStepsOf(contract)).toFixed();
}

/** Message 2. */
export const cancelMarketData: Handler = ({ connection, reader }) => {
  skipVersion(reader);
  connection.subscriptions.marketData.delete(reader.int());
};
