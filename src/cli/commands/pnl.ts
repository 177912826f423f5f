import { FoliosError } from '../../contracts/errors.ts';
import { describeAction } from '../../domain/accounting/corporate-actions.ts';
import {
  type ClosedLot,
  disagreements,
  marketValueOf,
  type OpenLot,
  type Result,
  realizedOf,
  sumResults,
  totalResult,
  unrealizedOf,
} from '../../domain/accounting/profit-and-loss.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { dec, formatUsd, usdString } from '../../domain/money/decimal.ts';
import type { AppliedAction } from '../../ports/corporate-actions.ts';
import type { ProfitAndLoss } from '../../ports/profit-and-loss.ts';
import type { TradingAccount } from '../../ports/trading-accounts.ts';
import { formatPrice, formatQuantity } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveTradingAccount } from '../references/account-reference.ts';
import { type Column, renderTable } from '../text/table.ts';
import { wrapText } from '../text/wrap.ts';

export interface PnlOptions {
  readonly account: string | null;
  readonly symbol: string | null;
  readonly from: MarketDate | null;
  readonly to: MarketDate | null;
  readonly lots: boolean;
}

interface Row {
  readonly account: string;
  readonly instrument: string;
  readonly result: Result;
}

/**
 * What trading came to, by account and instrument and in all: realised by first in, first out, unrealised at the last
 * marks, dividends and commissions. Every figure is a sum of ledger entries; where lots and ledger disagree, that is a
 * failure. INPUT_INVALID, LEDGER_UNBALANCED.
 */
export async function showProfitAndLoss(context: CliContext, options: PnlOptions, view: View): Promise<CommandResult> {
  const { account, symbol, from, to } = options;
  if (from !== null && to !== null && from > to) {
    throw new FoliosError('INPUT_INVALID', `--from ${from} is after --to ${to}`);
  }
  const all = await context.accounts.list();
  const accounts = account === null ? all : [resolveTradingAccount(all, account)];
  const accountIds = accounts.map(({ accountId }) => accountId);
  const books = await context.profitAndLoss.read({ accountIds, symbol, from, to });
  const document = documentOf(accounts, books, options);
  const text = accounts.length === 0 ? 'No accounts yet.' : textOf(accounts, books, options, view);
  const isWhole = symbol === null && from === null && to === null;
  const wrong = isWhole ? accounts.flatMap((one) => problemsOf(one, books)) : [];
  if (wrong.length === 0) return { document, text };
  const failure = new FoliosError('LEDGER_UNBALANCED', `the books disagree: ${wrong.join('; ')}`, {
    discrepancies: wrong,
  });
  return { document, text, failure };
}

function problemsOf({ accountId, name }: TradingAccount, { results, openLots, balances }: ProfitAndLoss): string[] {
  const own = <T extends { readonly accountId: string }>(rows: readonly T[]) =>
    rows.filter((row) => row.accountId === accountId);
  const sentences = disagreements(sumResults(own(results)), balances.get(accountId) ?? new Map(), own(openLots));
  return sentences.map((sentence) => `${name}: ${sentence}`);
}

const AMOUNTS: readonly Column<Row>[] = [
  { head: 'realised $', align: 'right', cell: ({ result }) => formatUsd(result.realizedUsd) },
  { head: 'unrealised $', align: 'right', cell: ({ result }) => formatUsd(result.unrealizedUsd) },
  { head: 'dividends $', align: 'right', cell: ({ result }) => formatUsd(result.dividendsUsd) },
  { head: 'commissions $', align: 'right', cell: ({ result }) => formatUsd(result.commissionsUsd) },
  { head: 'total $', align: 'right', cell: ({ result }) => formatUsd(totalResult(result)) },
];

/** One line for each account; for each instrument, too, where one account or one symbol is asked for. */
function textOf(accounts: readonly TradingAccount[], books: ProfitAndLoss, options: PnlOptions, view: View): string {
  const isDetailed = options.account !== null || options.symbol !== null;
  const rows = accounts.flatMap((account): Row[] => {
    const own = books.results.filter(({ accountId }) => accountId === account.accountId);
    const ofInstruments = own.map((result) => ({ account: account.name, instrument: result.instrument, result }));
    const whole = { account: account.name, instrument: 'all', result: sumResults(own) };
    return isDetailed ? [...ofInstruments, whole] : [whole];
  });
  const total = { account: 'all accounts', instrument: '', result: sumResults(books.results) };
  const columns: Column<Row>[] = [
    { head: 'account', cell: (row) => row.account, shrink: 'cut' },
    ...(isDetailed ? [{ head: 'instrument', cell: (row: Row) => row.instrument }] : []),
    ...AMOUNTS,
  ];
  const table = renderTable(columns, accounts.length === 1 ? rows : [...rows, total], view.width);
  const isMixed = accounts.some(({ strategyId }) => strategyId !== null);
  const legend = isMixed ? `\n${wrapText(METHODS, view.width)}` : '';
  const summary = `${wrapText(titleOf(options), view.width)}\n${table}${legend}`;
  return [summary, ...(options.lots ? lotsText(accounts, books, view) : [])].join('\n\n');
}

const METHODS = 'Accounts of research runs are kept at average cost, all others by first in, first out.';

function titleOf({ from, to, symbol }: PnlOptions): string {
  const days = from === null && to === null ? 'from the beginning' : `${from ?? 'the beginning'} to ${to ?? 'now'}`;
  const what = symbol === null ? '' : ` in ${symbol}`;
  return `Profit and loss${what}, ${days}: realised + unrealised at the last marks + dividends − commissions`;
}

function lotsText(accounts: readonly TradingAccount[], books: ProfitAndLoss, view: View): string[] {
  const { closedLots, openLots, actions } = books;
  const names = new Map(accounts.map(({ accountId, name }) => [accountId, name]));
  const place = <Lot extends ClosedLot | OpenLot>(): Column<Lot>[] => [
    { head: 'account', cell: ({ accountId }) => names.get(accountId) ?? accountId, shrink: 'cut' },
    { head: 'instrument', cell: ({ instrument }) => instrument },
    { head: 'opened', cell: ({ openedOn }) => openedOn ?? '–' },
  ];
  const closed: Column<ClosedLot>[] = [
    ...place<ClosedLot>(),
    { head: 'closed', cell: ({ closedOn }) => closedOn },
    { head: 'quantity', align: 'right', cell: ({ quantity }) => formatQuantity(quantity) },
    { head: 'cost $', align: 'right', cell: ({ costUsd }) => formatUsd(costUsd) },
    { head: 'proceeds $', align: 'right', cell: ({ proceedsUsd }) => formatUsd(proceedsUsd) },
    { head: 'realised $', align: 'right', cell: (lot) => formatUsd(realizedOf(lot)) },
    { head: 'commission $', align: 'right', cell: ({ commissionUsd }) => formatUsd(commissionUsd) },
  ];
  const open: Column<OpenLot>[] = [
    ...place<OpenLot>(),
    { head: 'quantity', align: 'right', cell: ({ quantity }) => formatQuantity(quantity) },
    { head: 'cost $', align: 'right', cell: ({ costUsd }) => formatUsd(costUsd) },
    { head: 'price $', align: 'right', cell: ({ price }) => formatPrice(price) },
    { head: 'value $', align: 'right', cell: (lot) => formatUsd(marketValueOf(lot)) },
    { head: 'unrealised $', align: 'right', cell: (lot) => formatUsd(unrealizedOf(lot)) },
    { head: 'commission $', align: 'right', cell: ({ commissionUsd }) => formatUsd(commissionUsd) },
    { head: 'marked on', cell: ({ markedOn }) => markedOn },
  ];
  const booked: Column<AppliedAction>[] = [
    { head: 'account', cell: ({ accountId }) => names.get(accountId) ?? accountId, shrink: 'cut' },
    { head: 'ex-date', cell: ({ action }) => action.exDate },
    { head: 'symbol', cell: ({ symbol }) => symbol },
    { head: 'what', cell: ({ action }) => describeAction(action) },
    { head: 'shares before', align: 'right', cell: ({ quantity }) => formatQuantity(quantity) },
    { head: 'cash $', align: 'right', cell: ({ cashUsd }) => formatUsd(cashUsd) },
  ];
  const befallen = actions.length === 0 ? [] : [`Splits and dividends\n${renderTable(booked, actions, view.width)}`];
  return [
    ...befallen,
    closedLots.length === 0 ? 'No closed lots.' : `Closed lots\n${renderTable(closed, closedLots, view.width)}`,
    openLots.length === 0 ? 'No open lots.' : `Open lots, as they are now\n${renderTable(open, openLots, view.width)}`,
  ];
}

function documentOf(accounts: readonly TradingAccount[], books: ProfitAndLoss, options: PnlOptions) {
  const { symbol, from, to, lots } = options;
  return {
    ...{ symbol, from, to },
    accounts: accounts.map(({ accountId, name, strategyId }) => {
      const own = <T extends { readonly accountId: string }>(rows: readonly T[]) =>
        rows.filter((row) => row.accountId === accountId).map(({ accountId: _, ...row }) => row);
      const results = own(books.results);
      return {
        ...{ account: name, accountId, method: strategyId === null ? 'fifo' : 'average_cost' },
        ...amounts(sumResults(results)),
        instruments: results.map(({ instrument, ...result }) => ({ instrument, ...amounts(result) })),
        ...(lots
          ? {
              closedLots: own(books.closedLots).map(closedDocument),
              openLots: own(books.openLots).map(openDocument),
              actions: own(books.actions).map(({ action, ...row }) => ({ ...row, ...action })),
            }
          : {}),
      };
    }),
    total: amounts(sumResults(books.results)),
  };
}

/** Exact, so that they add up to the ledger's sums to the last digit. */
function amounts(result: Result) {
  return {
    realizedUsd: usdString(result.realizedUsd),
    unrealizedUsd: usdString(result.unrealizedUsd),
    dividendsUsd: usdString(result.dividendsUsd),
    commissionsUsd: usdString(result.commissionsUsd),
    totalUsd: usdString(totalResult(result)),
  };
}

function closedDocument(lot: Omit<ClosedLot, 'accountId'>): object {
  return {
    ...lot,
    realizedUsd: usdString(realizedOf(lot)),
    netUsd: usdString(dec(realizedOf(lot)).minus(lot.commissionUsd)),
  };
}

function openDocument(lot: Omit<OpenLot, 'accountId'>): object {
  return { ...lot, valueUsd: usdString(marketValueOf(lot)), unrealizedUsd: usdString(unrealizedOf(lot)) };
}
