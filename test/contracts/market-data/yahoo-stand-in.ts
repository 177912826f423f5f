import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CorporateAction } from '../../../src/domain/accounting/corporate-actions.ts';
import type { Close } from '../../../src/ports/market-data.ts';

const SESSION_START = 'T14:30:00Z';
const NEW_YORK = { exchangeTimezoneName: 'America/New_York', exchangeName: 'NYQ', fullExchangeName: 'NYSE' };

/** An instrument as the stand-in lists it: closes as traded, and the factor to the adjusted ones. */
export interface StandInInstrument {
  readonly closes: readonly Close[];
  readonly adjustment?: number;
  readonly currency?: string;
  readonly quoteType?: string;
  /** What it tells as events of the session of their ex-date. */
  readonly actions?: readonly CorporateAction[];
}

/** One answer instead of the regular one. `reset` breaks the connection, `delayMs` keeps it waiting. */
export interface StandInFault {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly reset?: boolean;
  readonly delayMs?: number;
}

export interface YahooStandIn {
  readonly baseUrl: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  /** The next call whose path starts with `path` gets this answer. */
  failNext(path: string, fault: StandInFault): void;
  /** Every crumb given out so far is refused from now on. */
  expireCrumbs(): void;
  close(): Promise<void>;
}

/** A server with the endpoints and the cookie and crumb rules of Yahoo Finance as yahoo-finance2 4 uses them. */
export async function startYahooStandIn(
  instruments: Readonly<Record<string, StandInInstrument>>,
): Promise<YahooStandIn> {
  const requests: string[] = [];
  const faults: { path: string; fault: StandInFault }[] = [];
  let generation = 1;

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    requests.push(url.pathname);
    const index = faults.findIndex((one) => url.pathname.startsWith(one.path));
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
    if (fault !== undefined) {
      misbehave(request, response, fault);
      return;
    }

    const crumb = `crumb.${generation}/+`;
    const hasCookie = (request.headers.cookie ?? '').includes(`A3=session${generation}`);
    const chartSymbol = /^\/v8\/finance\/chart\/(.+)$/.exec(url.pathname)?.[1];
    if (url.pathname === '/quote/AAPL') {
      sendCookiePage(response, generation);
    } else if (url.pathname === '/v1/test/getcrumb') {
      send(response, hasCookie ? 200 : 401, hasCookie ? crumb : '');
    } else if (url.pathname === '/v7/finance/quote') {
      if (hasCookie && url.searchParams.get('crumb') === crumb) {
        sendQuotes(response, instruments, url.searchParams.get('symbols') ?? '');
      } else {
        sendJson(response, 401, errorBody('finance', 'Unauthorized', 'Invalid Crumb'));
      }
    } else if (chartSymbol !== undefined) {
      sendChart(response, instruments, decodeURIComponent(chartSymbol), url.searchParams);
    } else {
      send(response, 404, 'not found');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const leaveRealm = answerCookiesInThisRealm();
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failNext: (path, fault) => void faults.push({ path, fault }),
    expireCrumbs: () => {
      generation += 1;
    },
    close: () =>
      new Promise((resolve) => {
        leaveRealm();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Jest runs a test file in a realm of its own, but fetch belongs to Node's: its list of cookies is no `Array` to the
 * client library there, which then keeps none. Returns the undo.
 */
function answerCookiesInThisRealm(): () => void {
  const original = Headers.prototype.getSetCookie;
  Reflect.set(Headers.prototype, 'getSetCookie', function (this: Headers) {
    return [...original.call(this)];
  });
  return () => void Reflect.set(Headers.prototype, 'getSetCookie', original);
}

function sendCookiePage(response: ServerResponse, generation: number): void {
  response.setHeader(
    'set-cookie',
    `A3=session${generation}; Max-Age=31557600; Domain=.yahoo.com; Path=/; Secure; HttpOnly`,
  );
  response.setHeader('content-type', 'text/html');
  send(response, 200, '<html></html>');
}

function sendQuotes(
  response: ServerResponse,
  instruments: Readonly<Record<string, StandInInstrument>>,
  symbols: string,
): void {
  const result = symbols.split(',').flatMap((symbol) => {
    const instrument = instruments[symbol];
    const last = instrument?.closes.at(-1);
    if (instrument === undefined || last === undefined) return [];
    return [
      {
        ...NEW_YORK,
        symbol,
        language: 'en-US',
        region: 'US',
        quoteType: instrument.quoteType ?? 'EQUITY',
        currency: instrument.currency ?? 'USD',
        exchange: 'NYQ',
        market: 'us_market',
        marketState: 'REGULAR',
        exchangeTimezoneShortName: 'EST',
        gmtOffSetMilliseconds: -18_000_000,
        sourceInterval: 15,
        exchangeDataDelayedBy: 0,
        priceHint: 2,
        tradeable: false,
        cryptoTradeable: false,
        esgPopulated: false,
        triggerable: true,
        customPriceAlertConfidence: 'HIGH',
        regularMarketPrice: Number(last.close),
        regularMarketTime: startOf(last) + 12_600,
      },
    ];
  });
  sendJson(response, 200, { quoteResponse: { result, error: null } });
}

function sendChart(
  response: ServerResponse,
  instruments: Readonly<Record<string, StandInInstrument>>,
  symbol: string,
  query: URLSearchParams,
): void {
  const instrument = instruments[symbol];
  if (instrument === undefined) {
    const why = 'No data found, symbol may be delisted';
    sendJson(response, 404, errorBody('chart', 'Not Found', why));
    return;
  }
  const [from, until] = [Number(query.get('period1')), Number(query.get('period2'))];
  if (until <= startOf(instrument.closes[0] as Close)) {
    const why = `Data doesn't exist for startDate = ${from}, endDate = ${until}`;
    sendJson(response, 400, errorBody('chart', 'Bad Request', why));
    return;
  }
  const bars = instrument.closes.filter((one) => startOf(one) >= from && startOf(one) < until);
  const actions = (instrument.actions ?? []).filter(({ exDate }) => startAt(exDate) >= from && startAt(exDate) < until);
  const events = query.get('events')?.includes('div|split') ? eventsOf(actions) : {};
  sendJson(response, 200, { chart: { result: [{ ...chartOf(symbol, instrument, bars), ...events }], error: null } });
}

/** Yahoo keys its events by their second, and leaves out what there is none of. */
function eventsOf(actions: readonly CorporateAction[]): object {
  if (actions.length === 0) return {};
  const of = (kind: CorporateAction['kind']) => actions.filter((one) => one.kind === kind);
  const keyed = (all: readonly CorporateAction[], facts: (one: CorporateAction) => object) =>
    Object.fromEntries(all.map((one) => [startAt(one.exDate), { date: startAt(one.exDate), ...facts(one) }]));
  const dividends = keyed(of('dividend'), (one) =>
    one.kind === 'dividend' ? { amount: Number(one.perShareUsd) } : {},
  );
  const splits = keyed(of('split'), (one) =>
    one.kind === 'split'
      ? { numerator: one.ratio.to, denominator: one.ratio.from, splitRatio: `${one.ratio.to}:${one.ratio.from}` }
      : {},
  );
  return { events: { ...(of('dividend').length > 0 && { dividends }), ...(of('split').length > 0 && { splits }) } };
}

function chartOf(symbol: string, instrument: StandInInstrument, bars: readonly Close[]): object {
  const prices = bars.map((one) => Number(one.close));
  const last = instrument.closes.at(-1) as Close;
  const period = (start: number, end: number) => ({ timezone: 'EST', start, end, gmtoffset: -18_000 });
  const open = startOf(last);
  return {
    meta: {
      ...NEW_YORK,
      symbol,
      currency: instrument.currency ?? 'USD',
      instrumentType: instrument.quoteType ?? 'EQUITY',
      firstTradeDate: startOf(instrument.closes[0] as Close),
      regularMarketTime: open + 12_600,
      gmtoffset: -18_000,
      timezone: 'EST',
      regularMarketPrice: Number(last.close),
      chartPreviousClose: Number(last.close),
      priceHint: 2,
      currentTradingPeriod: {
        pre: period(open - 19_800, open),
        regular: period(open, open + 23_400),
        post: period(open + 23_400, open + 37_800),
      },
      dataGranularity: '1d',
      range: '',
      validRanges: ['1d', '5d', '1mo', 'max'],
    },
    // Yahoo sends no times and one empty quote where no session lies in the range.
    ...(bars.length === 0
      ? { indicators: { quote: [{}], adjclose: [{}] } }
      : {
          timestamp: bars.map(startOf),
          indicators: {
            quote: [{ open: prices, high: prices, low: prices, close: prices, volume: prices.map(() => 1000) }],
            adjclose: [{ adjclose: prices.map((price) => price * (instrument.adjustment ?? 1)) }],
          },
        }),
  };
}

function startOf(bar: Close): number {
  return startAt(bar.marketDate);
}

function startAt(day: string): number {
  return Date.parse(day + SESSION_START) / 1000;
}

function misbehave(request: IncomingMessage, response: ServerResponse, fault: StandInFault): void {
  if (fault.reset === true) {
    request.socket.destroy();
    return;
  }
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
  setTimeout(() => send(response, fault.status ?? 200, fault.body ?? ''), fault.delayMs ?? 0).unref();
}

function errorBody(endpoint: string, code: string, description: string): object {
  return { [endpoint]: { result: null, error: { code, description } } };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.setHeader('content-type', 'application/json');
  send(response, status, JSON.stringify(body));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body);
}
