import { z } from 'zod';
import { createYahooFetch, YahooHttpError } from './yahoo-http.ts';

/** The fields that we use of Yahoo's answers; the rest changes without notice and is ignored. */
const quoteSchema = z.object({
  symbol: z.string(),
  currency: z.string(),
  regularMarketPrice: z.number().min(0.0001),
  regularMarketTime: z.union([z.date(), z.number().transform((seconds) => new Date(seconds * 1000))]),
  exchangeTimezoneName: z.string(),
});
export type YahooQuote = z.infer<typeof quoteSchema>;

const pricesSchema = z.array(z.number().nullable());
const seconds = z.union([z.number(), z.date().transform((at) => at.getTime() / 1000)]);
const chartSchema = z.object({
  meta: z.object({
    currency: z.string(),
    exchangeTimezoneName: z.string(),
    currentTradingPeriod: z.object({ regular: z.object({ start: seconds, end: seconds }) }).optional(),
  }),
  timestamp: z.array(z.number()).default([]),
  events: z
    .object({
      dividends: z.record(z.string(), z.object({ amount: z.number().positive(), date: seconds })).optional(),
      splits: z
        .record(
          z.string(),
          z.object({ date: seconds, numerator: z.number().positive(), denominator: z.number().positive() }),
        )
        .optional(),
    })
    .optional(),
  indicators: z.object({
    quote: z.array(z.object({ close: pricesSchema })),
    adjclose: z.array(z.object({ adjclose: pricesSchema.optional() })).optional(),
  }),
});
export type YahooChart = z.infer<typeof chartSchema>;

export interface YahooClient {
  /** The present price; null where Yahoo has no such symbol. */
  quote(symbol: string): Promise<YahooQuote | null>;
  /** Daily bars, splits and dividends with `from` ≤ start < `until`, as UTC days; null where Yahoo knows the symbol but has no bar there. */
  chart(symbol: string, from: string, until: string): Promise<YahooChart | null>;
}

interface Session {
  quote(symbol: string, query: object, options: { validateResult: false }): Promise<unknown>;
  chart(symbol: string, query: object, options: { validateResult: false }): Promise<unknown>;
}

/** Yahoo's two endpoints through yahoo-finance2, silent and bounded. Every failure is a YahooHttpError. */
export function createYahooClient(options: { baseUrl: string | null; timeoutMs: number }): YahooClient {
  let session: Promise<Session> | undefined;
  const call = async <T>(ask: (session: Session) => Promise<unknown>, schema: z.ZodType<T>): Promise<T> => {
    session ??= openSession(options);
    try {
      return read(await ask(await session), schema);
    } catch (error) {
      // The library keeps its crumb for ever, but Yahoo's expire: a new session asks for new ones, once.
      if (!(error instanceof YahooHttpError) || (error.status !== 401 && error.status !== 403)) throw normalised(error);
      session = openSession(options);
      try {
        return read(await ask(await session), schema);
      } catch (secondError) {
        throw normalised(secondError);
      }
    }
  };

  return {
    quote: (symbol) =>
      call(
        (one) => one.quote(symbol, {}, { validateResult: false }).then((quote) => quote ?? null),
        quoteSchema.nullable(),
      ),
    async chart(symbol, from, until) {
      const query = { period1: from, period2: until, interval: '1d', events: 'div|split' };
      const form = { includePrePost: false, return: 'object' };
      try {
        return await call((one) => one.chart(symbol, { ...query, ...form }, { validateResult: false }), chartSchema);
      } catch (error) {
        const { status, message } = error as YahooHttpError;
        if (status === 400 && message.includes("Data doesn't exist")) return null;
        throw error;
      }
    },
  };
}

/** Loads the library at the first use (it costs 40 ms) with a cookie jar of its own; its default jar is global. */
async function openSession(options: { baseUrl: string | null; timeoutMs: number }): Promise<Session> {
  const { default: YahooFinance } = await import('yahoo-finance2');
  const { ExtendedCookieJar } = await import('yahoo-finance2/lib/cookieJar');
  const silent = () => undefined;
  return new YahooFinance({
    cookieJar: new ExtendedCookieJar(),
    fetch: createYahooFetch(options),
    logger: { info: silent, warn: silent, error: silent, debug: silent, dir: silent },
    suppressNotices: ['yahooSurvey'],
    validation: { logErrors: false, logOptionsErrors: false },
    versionCheck: false,
  });
}

function read<T>(answer: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new YahooHttpError('unreadable', `unexpected answer at ${issue?.path.join('.')}: ${issue?.message}`);
}

/** What the library throws itself is about the answer's form, and may quote the whole answer. */
function normalised(error: unknown): YahooHttpError {
  if (error instanceof YahooHttpError) return error;
  return new YahooHttpError('unreadable', error instanceof Error ? error.message.slice(0, 200) : 'unexpected answer');
}
