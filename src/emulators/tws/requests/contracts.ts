import { addDays } from '../../../domain/market/market-date.ts';
import { type SimContract, stockContract } from '../contracts/sim-contract.ts';
import { OPTION_RULE, priceRule, STOCK_RULE } from '../market/price-rules.ts';
import { readContract } from '../wire/contract-fields.ts';
import { type Handler, skipVersion } from './request.ts';

const NO_DEFINITION = 'No security definition has been found for the request';
const ORDER_TYPES = 'LMT,MKT,STP,STPLMT,TRAIL,WHATIF';
const HOURS_DAYS = 5;

/** Message 9. */
export const contractDetails: Handler = async ({ desk, connection, reader }) => {
  skipVersion(reader);
  const requestId = reader.int();
  const wanted = readContract(reader);
  const includeExpired = reader.flag();
  const found = await desk.directory.find(wanted, includeExpired);
  if (found.length === 0) {
    connection.error(requestId, 200, NO_DEFINITION);
    return;
  }
  desk.step(() => undefined);
  const hours = tradingHours(desk.quotes.day);
  for (const contract of found) connection.send(detailsFields(requestId, contract, hours, connection.version));
  connection.send(['52', '1', String(requestId)]);
};

function detailsFields(requestId: number, contract: SimContract, hours: string, version: number): string[] {
  const isOption = contract.secType === 'OPT';
  const isIndex = contract.secType === 'IND';
  const exchanges = isIndex ? [contract.exchange] : ['SMART', 'NYSE'];
  return [
    '10',
    ...(version < 164 ? ['8'] : []),
    String(requestId),
    contract.symbol,
    contract.secType,
    contract.expiration,
    contract.strike || '0',
    contract.right,
    contract.exchange,
    contract.currency,
    contract.localSymbol,
    isOption || isIndex ? contract.symbol : 'NMS',
    contract.tradingClass,
    String(contract.conId),
    '0.01', // the smallest step; the market rule says where it is another
    ...(version < 164 ? ['1'] : []), // a size multiplier that no client uses any more
    contract.multiplier,
    ORDER_TYPES,
    exchanges.join(','),
    '1', // price magnifier
    isOption ? String(stockContract(contract.symbol).conId) : '0',
    `${contract.symbol} (simulated)`,
    contract.primaryExchange,
    contract.expiration.slice(0, 6),
    '', // industry
    '', // category
    '', // subcategory
    'US/Eastern',
    hours,
    hours,
    '', // economic value rule
    '0', // and its multiplier
    '0', // no further ids
    '1', // aggregated group
    isOption ? contract.symbol : '',
    isOption ? 'STK' : '',
    // One rule for each valid exchange.
    exchanges.map(() => (isOption ? OPTION_RULE : STOCK_RULE)).join(','),
    contract.expiration,
    isOption || isIndex ? '' : 'COMMON',
    ...sizeFields(version),
  ];
}

/** Smallest size, size step and suggested step; older clients know one of them or none. */
function sizeFields(version: number): string[] {
  if (version >= 164) return ['1', '1', '100'];
  return version === 163 ? ['1'] : [];
}

/** The next days as TWS writes them; the simulator trades around the clock, but clients shall see a market's hours. */
function tradingHours(today: string): string {
  return Array.from({ length: HOURS_DAYS }, (_, ahead) => {
    const day = addDays(today, ahead);
    const text = day.replaceAll('-', '');
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    return weekday === 0 || weekday === 6 ? `${text}:CLOSED` : `${text}:0930-${text}:1600`;
  }).join(';');
}

/** Message 81. */
export const matchingSymbols: Handler = async ({ desk, connection, reader }) => {
  const requestId = reader.int();
  const pattern = reader.text().toUpperCase();
  const found = new Set(await desk.directory.search(pattern));
  const samples = [...found].slice(0, 16).map((symbol) => stockContract(symbol));
  connection.send([
    '79',
    String(requestId),
    String(samples.length),
    ...samples.flatMap(({ conId, symbol, primaryExchange, currency }) => [
      String(conId),
      symbol,
      'STK',
      primaryExchange,
      currency,
      '1',
      'OPT',
      ...(connection.version >= 176 ? [`${symbol} (simulated)`, ''] : []),
    ]),
  ]);
};

/** Message 78. */
export const optionParameters: Handler = async ({ desk, connection, reader }) => {
  const requestId = reader.int();
  const symbol = reader.text();
  const chain = await desk.directory.chain(symbol);
  desk.step(() => undefined);
  if (chain !== null) {
    const { share, expirations, strikes } = chain;
    for (const exchange of ['SMART', 'CBOE']) {
      connection.send([
        '75',
        String(requestId),
        exchange,
        String(share.conId),
        symbol,
        '100',
        String(expirations.length),
        ...expirations,
        String(strikes.length),
        ...strikes,
      ]);
    }
  }
  connection.send(['76', String(requestId)]);
};

/** Message 91. */
export const marketRule: Handler = ({ connection, reader }) => {
  const id = reader.int();
  const steps = priceRule(id);
  if (steps === null) {
    connection.error(-1, 321, "Error validating request.-'bI' : cause - Market Rule: Invalid rule id");
    return;
  }
  const fields = steps.flatMap(({ lowEdge, increment }) => [lowEdge, increment]);
  connection.send(['93', String(id), String(steps.length), ...fields]);
};
