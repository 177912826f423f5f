import { addDays, type MarketDate } from '../../../domain/market/market-date.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { DailyBar } from '../market/simulator-market.ts';
import type { Desk } from '../session/desk.ts';
import { readContract } from '../wire/contract-fields.ts';
import type { Handler } from './request.ts';

const NO_DEFINITION = 'No security definition has been found for the request';
const NO_DATA = 'Historical Market Data Service error message:HMDS query returned no data';
const PACING = 'Historical Market Data Service error message:Historical data request pacing violation';
const MOST_REQUESTS = 60;
const WINDOW_MS = 10 * 60_000;
const EARLIEST_DAY: MarketDate = '1970-01-01';
const BARS: Readonly<Record<string, (day: MarketDate) => string>> = {
  '1 day': (day) => day,
  '1 week': (day) => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7)),
  '1W': (day) => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7)),
  '1 month': (day) => day.slice(0, 7),
  '1M': (day) => day.slice(0, 7),
};

/** When each desk was asked for history, for the limit of 60 requests in 10 minutes. */
const asked = new WeakMap<Desk, number[]>();

/** Message 20: daily, weekly or monthly bars of a share or the index. Finer bars, and those of options and combinations, do not exist. */
export const history: Handler = async ({ desk, connection, reader }) => {
  const requestId = reader.int();
  const wanted = readContract(reader);
  reader.text(); // expired contracts too
  const [endTime = '', barSize = '', duration = ''] = reader.values(3);
  const periodOf = BARS[barSize];
  if (isTooOften(desk)) return connection.error(requestId, 162, PACING);
  const found = await desk.directory.find(wanted, false);
  const contract = found[0];
  if (contract === undefined) return connection.error(requestId, 200, NO_DEFINITION);
  const to = dayOf(endTime) ?? desk.quotes.day;
  const from = startOf(to, duration);
  if (from === null || periodOf === undefined) {
    return connection.error(
      requestId,
      321,
      "Error validating request.-'bI' : cause - Historical data bar size setting is invalid",
    );
  }
  const isPast = to < desk.quotes.day;
  const last = isPast ? to : desk.quotes.day;
  const days = await daysOf(desk, contract, from, last);
  if (days.length === 0) return connection.error(requestId, 162, NO_DATA);
  const bars = joined(days, periodOf);
  const rows = bars.flatMap((bar) => [
    bar.day.replaceAll('-', ''),
    bar.open,
    bar.high,
    bar.low,
    bar.close,
    String(bar.volume),
    bar.close,
    '1',
  ]);
  const span = [from, last].map((day) => `${day.replaceAll('-', '')} 00:00:00`);
  connection.send(['17', String(requestId), ...span, String(bars.length), ...rows]);
};

async function daysOf(
  { options: { market } }: Desk,
  { secType, symbol }: SimContract,
  from: MarketDate,
  to: MarketDate,
): Promise<readonly DailyBar[]> {
  if (secType === 'IND') return market.indexBars(from, to);
  return secType === 'STK' ? market.bars(symbol, from, to) : [];
}

/** Message 87. */
export const headTimestamp: Handler = async (request) => {
  const { desk, connection, reader } = request;
  const requestId = reader.int();
  const wanted = readContract(reader);
  reader.values(3); // expired contracts too, regular hours, what to show
  const isEpoch = reader.int() === 2;
  const [contract] = await desk.directory.find(wanted, false);
  if (contract === undefined) return connection.error(requestId, 200, NO_DEFINITION);
  const [first] = await daysOf(desk, contract, EARLIEST_DAY, desk.quotes.day);
  if (first === undefined) return connection.error(requestId, 162, NO_DATA);
  const millis = Date.parse(`${first.day}T00:00:00Z`);
  connection.send([
    '88',
    String(requestId),
    isEpoch ? String(millis / 1000) : `${first.day.replaceAll('-', '')}-00:00:00`,
  ]);
};

/** Messages 25 and 90: everything was answered at once. */
export const cancelHistory: Handler = () => undefined;

function isTooOften(desk: Desk): boolean {
  const now = desk.options.clock().getTime();
  const recent = (asked.get(desk) ?? []).filter((at) => now - at < WINDOW_MS);
  asked.set(desk, [...recent, now]);
  return recent.length >= MOST_REQUESTS;
}

function dayOf(time: string): MarketDate | null {
  const digits = /^(\d{4})(\d{2})(\d{2})/.exec(time);
  return digits === null ? null : `${digits[1]}-${digits[2]}-${digits[3]}`;
}

/** The first day of a duration such as `6 M` that ends on `to`; null where it is none. */
function startOf(to: MarketDate, duration: string): MarketDate | null {
  const parts = /^(\d{1,4}) ?([SDWMY])$/.exec(duration.trim());
  if (parts === null) return null;
  const daysEach = { S: 1 / 86_400, D: 1, W: 7, M: 30.44, Y: 365.25 }[parts[2] as 'S' | 'D' | 'W' | 'M' | 'Y'];
  return addDays(to, -Math.max(1, Math.ceil(Number(parts[1]) * daysEach)));
}

function joined(days: readonly DailyBar[], periodOf: (day: MarketDate) => string): DailyBar[] {
  const groups = Map.groupBy(days, (bar) => periodOf(bar.day));
  return [...groups.values()].map((bars) => {
    const first = bars[0] as DailyBar;
    return {
      day: first.day,
      open: first.open,
      high: bars.map((bar) => bar.high).reduce((a, b) => (Number(b) > Number(a) ? b : a)),
      low: bars.map((bar) => bar.low).reduce((a, b) => (Number(b) < Number(a) ? b : a)),
      close: (bars.at(-1) ?? first).close,
      volume: bars.reduce((total, bar) => total + bar.volume, 0),
    };
  });
}
