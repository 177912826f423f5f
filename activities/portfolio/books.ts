import { randomUUID } from 'node:crypto';
import type { PortfolioSnapshotSummary } from '../../src/contracts/activities/research.ts';
import type { PriceSource } from '../../src/contracts/schemas/strategy.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import type { DecimalString } from '../../src/domain/money/decimal.ts';
import { type BooksBefore, markToMarket, type SettledBooks } from '../../src/domain/portfolio/settle.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MarketDataSources } from '../../src/ports/market-data.ts';
import type { AccountRecord, PortfolioRepository, ResearchRepository } from '../../src/ports/repositories.ts';

export interface BooksPorts {
  readonly portfolio: PortfolioRepository;
  readonly research: ResearchRepository;
  readonly marketData: MarketDataSources;
  readonly clock: Clock;
}

/** Whoever reads an account's books in order to change them holds this lock, so that nobody writes in between. */
export function withAccount<T>(ports: BooksPorts, accountId: string, work: () => Promise<T>): Promise<T> {
  return ports.research.withLock(`account/${accountId}`, work);
}

/** An account's ledger balances and holdings, with the day's quotes of all that is held and of `more`. */
export async function readBooks(
  ports: BooksPorts,
  account: { readonly accountId: string; readonly priceSource: PriceSource },
  day: MarketDate,
  known: ReadonlyMap<string, DecimalString> = new Map(),
): Promise<BooksBefore> {
  const { accountId, priceSource } = account;
  const [held, balances] = await Promise.all([
    ports.portfolio.listPositions(accountId),
    ports.portfolio.balances(accountId),
  ]);
  const source = ports.marketData.source(priceSource);
  const quotes = new Map(known);
  for (const { ticker } of held) {
    if (!quotes.has(ticker)) quotes.set(ticker, (await source.quote(ticker, day)).price);
  }
  const positions = new Map(held.map(({ ticker, quantity, costUsd }) => [ticker, { quantity, costUsd }]));
  return { balances, positions, quotes };
}

/** Values one account at a day's prices: books the revaluation, and keeps the day's snapshot. Repeating it changes nothing. */
export async function markAccount(
  ports: BooksPorts,
  account: AccountRecord,
  day: MarketDate,
): Promise<PortfolioSnapshotSummary> {
  return withAccount(ports, account.accountId, async () => {
    const books = markToMarket(await readBooks(ports, account, day));
    await ports.portfolio.mark({
      accountId: account.accountId,
      ...asRows(books, account.accountId, day, ports.clock.now()),
    });
    return { accountId: account.accountId, marketDate: day, totalUsd: books.totalUsd };
  });
}

/** Settled books in the shapes that the repository writes. */
export function asRows(books: SettledBooks, accountId: string, day: MarketDate, at: Date) {
  return {
    transactions: books.transactions.map(({ memo, entries, executionId }) => ({
      transactionId: randomUUID(),
      accountId,
      marketDate: day,
      memo,
      entries,
      ...(executionId === undefined ? {} : { executionId }),
    })),
    positions: books.positions.map((position) => ({ ...position, marketDate: day })),
    snapshot: {
      marketDate: day,
      cashUsd: books.cashUsd,
      positionsUsd: books.positionsUsd,
      totalUsd: books.totalUsd,
      takenAt: at,
    },
  };
}
