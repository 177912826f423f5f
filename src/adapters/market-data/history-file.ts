import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { FoliosError } from '../../contracts/errors.ts';
import { isMarketDate } from '../../domain/market/market-date.ts';
import type { PriceSeries } from './price-series.ts';

const unzip = promisify(gunzip);
const PRICE = /^\d+(\.\d+)?$/;

/** A file with one column of closes per instrument beside `Date`: the series by column name. */
export async function readClosesTable(dataDir: string, name: string): Promise<ReadonlyMap<string, PriceSeries>> {
  const [header = [], ...rows] = await readRows(dataDir, name);
  expectColumn(name, header, 0, 'Date');
  const table = new Map<string, PriceSeries>();
  for (let column = 1; column < header.length; column += 1) {
    const series = new SeriesBuilder(name);
    for (const row of rows) series.add(row[0], row[column]);
    table.set(header[column] as string, series);
  }
  return table;
}

const CLOSE_COLUMN = 5;
const ADJUSTED_COLUMN = 7;

/** A file with one row per instrument and day, adjusted close in the last column: the series by ticker. */
export function readOhlcvRows(dataDir: string, name: string): Promise<ReadonlyMap<string, PriceSeries>> {
  return readOhlcvColumn(dataDir, name, ADJUSTED_COLUMN, 'Adj Close');
}

/** The closes of such a file as they were traded, and as they are adjusted, day by day. */
export async function readTradedRows(
  dataDir: string,
  name: string,
): Promise<ReadonlyMap<string, { readonly traded: PriceSeries; readonly adjusted: PriceSeries }>> {
  const [traded, adjusted] = await Promise.all([
    readOhlcvColumn(dataDir, name, CLOSE_COLUMN, 'Close'),
    readOhlcvRows(dataDir, name),
  ]);
  return new Map(
    [...traded].map(([ticker, series]) => [ticker, { traded: series, adjusted: adjusted.get(ticker) ?? series }]),
  );
}

async function readOhlcvColumn(
  dataDir: string,
  name: string,
  column: number,
  head: string,
): Promise<ReadonlyMap<string, PriceSeries>> {
  const [header = [], ...rows] = await readRows(dataDir, name);
  expectColumn(name, header, 0, 'Ticker');
  expectColumn(name, header, 1, 'Date');
  expectColumn(name, header, column, head);
  const table = new Map<string, SeriesBuilder>();
  for (const row of rows) {
    const ticker = row[0] as string;
    const series = table.get(ticker) ?? new SeriesBuilder(name);
    table.set(ticker, series);
    series.add(row[1], row[column]);
  }
  return table;
}

/** Collects a series and refuses what would make a later look-up silently wrong: days out of order, cells that are no price. */
class SeriesBuilder implements PriceSeries {
  readonly days: string[] = [];
  readonly closes: string[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(day: string | undefined, close: string | undefined): void {
    if (day === undefined || close === undefined || !PRICE.test(close)) throw damaged(this.#file, `${day}: ${close}`);
    const last = this.days.at(-1);
    if (last === undefined ? !isMarketDate(day) : day <= last) throw damaged(this.#file, `${day} after ${last}`);
    this.days.push(day);
    this.closes.push(close);
  }
}

async function readRows(dataDir: string, name: string): Promise<string[][]> {
  try {
    return parse(await unzip(await readFile(path.join(dataDir, name))));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FoliosError(
      'INTERNAL',
      `the bundled price history ${name} cannot be read: ${reason}`,
      { file: name },
      { cause },
    );
  }
}

function expectColumn(file: string, header: readonly string[], index: number, expected: string): void {
  if (header[index] !== expected) throw damaged(file, `column ${index + 1} is ${header[index]}, not ${expected}`);
}

function damaged(file: string, what: string): FoliosError {
  return new FoliosError('INTERNAL', `the bundled price history ${file} is damaged at ${what}`, { file });
}
