import { randomUUID } from 'node:crypto';
import type { PortfolioSnapshotSummary } from '../../src/contracts/activities/research.ts';
import type { MarketDate } from '../../src/domain/market/market-date.ts';
import type { DecimalString } from '../../src/domain/money/decimal.ts';
import { type BooksBefore, markToMarket, type SettledBooks } from '../../src/domain/portfolio/settle.ts';
import type { AccountRecord, PortfolioRepository, ResearchRepository } from '../../src/ports/repositories.ts';
import { BrokerName } from '../../src/ports/trading-accounts.ts';
import { type ActionPorts, applyDueActions } from '../accounting/apply-actions.ts';

export interface BooksPorts extends ActionPorts {
  readonly portfolio: PortfolioRepository;
  readonly research: ResearchRepository;
}

/** Whoever reads an account's books in order to change them holds this lock, so that nobody writes in between. */
export function withAccount<T>(ports: BooksPorts, accountId: string, work: () => Promise<T>): Promise<T> {
  return ports.research.withLock(`account/${accountId}`, work);
}

/** Books the splits and dividends of a research portfolio up to the market's day. The account's lock must be held. */
export async function bringUpTo(ports: BooksPorts, account: ResearchAccount, today: MarketDate): Promise<void> {
  await applyDueActions(ports, { ...account, broker: BrokerName.paper }, today);
}

type ResearchAccount = Pick<AccountRecord, 'accountId' | 'priceSource'>;

/** An account's ledger balances and holdings, with the day's quotes of all that is held and of `more`. */
export async function readBooks(
  ports: BooksPorts,
  account: ResearchAccount,
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
    await bringUpTo(ports, account, day);
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
