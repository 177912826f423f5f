import type { SimExecution } from '../book/sim-order.ts';
import { sendAccount, sendPosition, sendProfits } from '../requests/account-messages.ts';
import { sendTicks } from '../requests/market-ticks.ts';
import type { Desk } from './desk.ts';

/** Tells every subscriber what executions, or new prices where there are none, have changed for it. */
export function pushChanges(desk: Desk, executions: readonly SimExecution[]): void {
  if (desk.isCutOff) return;
  const traded = executions.filter((one) => one.commission !== null);
  for (const connection of desk.connections) {
    const { subscriptions } = connection;
    if (subscriptions.positions) pushPositions(desk, connection, traded);
    const book = desk.store.accounts.get(subscriptions.account ?? '');
    const own = traded.filter((one) => one.account === book?.account);
    if (book !== undefined && (own.length > 0 || executions.length === 0)) {
      sendAccount(desk, connection, book, new Set(own.map((one) => one.contract.conId)));
    }
    for (const [requestId, { account, conId }] of subscriptions.profits) {
      const wanted = desk.store.accounts.get(account);
      if (wanted !== undefined) sendProfits(desk, connection, requestId, wanted, conId);
    }
    if (executions.length > 0) continue;
    for (const [requestId, { contract, isDelayed }] of subscriptions.marketData) {
      sendTicks(desk, connection, requestId, contract, isDelayed);
    }
  }
}

function pushPositions(
  desk: Desk,
  connection: Parameters<typeof sendPosition>[0],
  traded: readonly SimExecution[],
): void {
  const changed = new Map(
    traded.map(({ account, contract }) => [`${account} ${contract.conId}`, { account, contract }]),
  );
  for (const { account, contract } of changed.values()) {
    const position = desk.store.accounts.get(account)?.positions.get(contract.conId);
    if (position !== undefined) sendPosition(connection, account, position);
  }
}
