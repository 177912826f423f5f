import { errorCodeOf } from '../../contracts/errors.ts';
import { isMarketOpen, newYorkTime } from '../../domain/market/calendar.ts';
import { addDays, type MarketDate } from '../../domain/market/market-date.ts';
import { toPriceGrid } from '../../domain/market/price-grid.ts';
import { TICKER_PATTERN } from '../../domain/market/ticker.ts';
import type { DecimalString } from '../../domain/money/decimal.ts';
import { BrokerError } from '../../ports/broker-session.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Close, type MarketData, QUOTE_MAX_AGE_DAYS } from '../../ports/market-data.ts';
import { createKeptAnswers } from '../market-data/kept-answers.ts';
import { assertMarketDate, quoteUnavailable, tickerUnknown } from '../market-data/market-data-errors.ts';
import { TwsCode } from './error-codes.ts';
import type { IbkrMarketData } from './market-data.ts';

type DataConnection = Pick<IbkrMarketData, 'quote' | 'dailyBars'>;
type Asked = Parameters<IbkrMarketData['dailyBars']>[0];

/**
 * TWS answers 60 questions for history in ten minutes, and those above wait: what a large universe has learned must still
 * be known when its last share is answered. Finished sessions do not change meanwhile, unless the simulator turns its day.
 */
const KEPT_MS = 60 * 60_000;

const INDEX: Asked = { kind: 'index', symbol: 'SPX', exchange: 'CBOE' };

export interface IbkrPriceSourceOptions {
  /** The data connection, made at the first question. */
  readonly connect: () => Promise<DataConnection>;
  /** Whether the gateway is the TWS simulator, whose market is replayed history. */
  readonly simulated: boolean;
  readonly clock: Clock;
}

/**
 * Prices of US shares from Interactive Brokers. While the market is open today's quote is the last trade; otherwise, and of
 * a past day, it is the close. Closes are adjusted for splits, not for dividends. Without a connection BROKER_NOT_READY, at
 * silence BROKER_UNAVAILABLE; QUOTE_UNAVAILABLE carries `details.reason`.
 */
export function createIbkrPriceSource({ connect, simulated, clock }: IbkrPriceSourceOptions): MarketData {
  const kept = createKeptAnswers<readonly Close[]>(clock, simulated ? 0 : KEPT_MS);

  /** The closes of finished sessions: the bar of one under way ends at its last trade. */
  const closesOf = (of: Asked, from: MarketDate, to: MarketDate): Promise<readonly Close[]> => {
    const now = clock.now().getTime();
    const unfinished = isMarketOpen(now) ? newYorkTime(now).day : null;
    return kept.ask([of.kind, of.symbol, from, to, unfinished].join(' '), async () => {
      const data = await connect();
      const bars = await translated(of.symbol, to, () => data.dailyBars(of, from, to).catch(noneWhereNoData));
      return bars
        .filter(({ marketDate }) => marketDate !== unfinished)
        .map(({ marketDate, close }) => ({ marketDate, close: toPriceGrid(close) }));
    });
  };

  const lastClose = async (of: Asked, asOf: MarketDate): Promise<Close> => {
    const last = (await closesOf(of, addDays(asOf, -QUOTE_MAX_AGE_DAYS), asOf)).at(-1);
    if (last !== undefined) return last;
    const message = `none within ${QUOTE_MAX_AGE_DAYS} days before ${asOf}`;
    throw quoteUnavailable({ source: 'ibkr', ticker: of.symbol, asOf, reason: 'no_price', message });
  };

  /** Null where nothing was traded yet, or the account may not see it now. */
  const lastTrade = async (ticker: string, asOf: MarketDate): Promise<DecimalString | null> => {
    const data = await connect();
    try {
      return (await translated(ticker, asOf, () => data.quote({ kind: 'stock', symbol: ticker }))).last;
    } catch (error) {
      if (errorCodeOf(error) === 'QUOTE_UNAVAILABLE') return null;
      throw error;
    }
  };

  return {
    source: 'ibkr',
    simulated,

    async quote(ticker, asOf) {
      assertQuestion(ticker, asOf);
      const now = clock.now().getTime();
      const { day: today } = newYorkTime(now);
      const isOfToday = today <= asOf && asOf <= addDays(today, QUOTE_MAX_AGE_DAYS);
      const live = isOfToday && isMarketOpen(now) ? await lastTrade(ticker, asOf) : null;
      if (live !== null) return { ticker, price: toPriceGrid(live), marketDate: today, source: 'ibkr' };
      const { close, marketDate } = await lastClose({ kind: 'stock', symbol: ticker }, asOf);
      return { ticker, price: close, marketDate, source: 'ibkr' };
    },

    async closes(ticker, from, to) {
      assertQuestion(ticker, from, to);
      return from > to ? [] : closesOf({ kind: 'stock', symbol: ticker }, from, to);
    },

    /** Its bars are adjusted for splits, and what an account at the broker is paid, the broker books. */
    async corporateActions(ticker, from, to) {
      assertQuestion(ticker, from, to);
      return [];
    },

    async benchmark(asOf) {
      assertMarketDate(asOf);
      return lastClose(INDEX, asOf);
    },
  };
}

/** Only plausible tickers go over the wire. */
function assertQuestion(ticker: string, ...days: readonly MarketDate[]): void {
  for (const day of days) assertMarketDate(day);
  if (!TICKER_PATTERN.test(ticker)) throw tickerUnknown('ibkr', ticker);
}

/** No bars in a range is an answer, which TWS writes as an error with the number of all errors of its history. */
function noneWhereNoData(error: unknown): readonly [] {
  if (error instanceof BrokerError && error.brokerCode === TwsCode.historyFailed && /no data/.test(error.message))
    return [];
  throw error;
}

/** What the broker says of a question becomes the port's errors; trouble with the connection stays what it is. */
async function translated<T>(ticker: string, asOf: MarketDate, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    if (error.code === 'ORDER_INVALID') throw tickerUnknown('ibkr', ticker, error.message);
    if (error.code !== 'BROKER_REJECTED') throw error;
    throw quoteUnavailable({ source: 'ibkr', ticker, asOf, reason: 'refused', message: error.message });
  }
}
