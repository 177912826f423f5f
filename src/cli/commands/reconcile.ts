import type { NotReconciled, Reconciliation } from '../../../workflows/reconcile-broker/messages.ts';
import type { BrokerProfit } from '../../contracts/activities/reconcile.ts';
import { FoliosError } from '../../contracts/errors.ts';
import { formatUsd } from '../../domain/money/decimal.ts';
import { describeDifference } from '../../domain/orders/compare-books.ts';
import type { CommandResult } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../text/names.ts';

/**
 * Compares our journal with the brokers' books now and says, account by account, whether they agree. Ends with
 * BOOKS_DIFFER where they do not, BROKER_NOT_READY where a broker could not be asked; INPUT_INVALID for an unknown account.
 */
export async function reconcileBooks(context: CliContext, account: string | null): Promise<CommandResult> {
  const input = account === null ? {} : { account };
  const { reconciled, failed } = await context.folios.reconcileBroker(input, `by-hand/${context.now().toISOString()}`);
  const differing = reconciled.filter(({ differences }) => differences.length > 0);
  const lines = [...reconciled.map(reconciledLine), ...failed.map(failedLine)];
  const failure = failureOf(differing, failed);
  return {
    document: { agreed: failure === null, reconciled, failed },
    text: lines.length === 0 ? 'No account has a broker to compare with: folios account open' : lines.join('\n'),
    ...(failure === null ? {} : { failure }),
  };
}

function reconciledLine(one: Reconciliation): string {
  const { accountName, differences, adopted, expired, external, profit, paused } = one;
  const verdict = differences.length === 0 ? '✓ our books and the broker agree' : '✗ our books and the broker differ';
  const more = [
    ...differences.map(describeDifference),
    ...(adopted.length > 0 ? [`adopted: ${counted(adopted.length, 'fill')} of orders made outside folios`] : []),
    ...(expired.length > 0 ? [`expired while nobody listened: ${counted(expired.length, 'order')}`] : []),
    ...(profit === null ? [] : [`the broker’s own P&L of the day: ${profitText(profit)}`]),
    ...external.map((order) => `works at the broker, made outside folios: ${order}`),
    ...(paused ? ['the account is paused until a person has looked: folios resume --account …'] : []),
  ];
  return [`${accountName}: ${verdict}`, ...more.map((line) => `    ${line}`)].join('\n');
}

function profitText({ dailyUsd, unrealizedUsd, realizedUsd }: BrokerProfit): string {
  const usd = (amount: string | null) => (amount === null ? 'not told' : `${formatUsd(amount)} USD`);
  return `${usd(dailyUsd)} (unrealised ${usd(unrealizedUsd)}, realised ${usd(realizedUsd)})`;
}

function failedLine({ name, code, reason }: NotReconciled): string {
  return `${name}: ✗ not compared, ${code}: ${reason}`;
}

function failureOf(differing: readonly Reconciliation[], failed: readonly NotReconciled[]): FoliosError | null {
  if (differing.length > 0) {
    const names = differing.map(({ accountName }) => accountName);
    return new FoliosError('BOOKS_DIFFER', `our books and the broker differ in ${names.join(', ')}`, {
      accounts: names,
    });
  }
  if (failed.length === 0) return null;
  const names = failed.map(({ name }) => name);
  return new FoliosError('BROKER_NOT_READY', `not compared: ${names.join(', ')}`, { accounts: names });
}
