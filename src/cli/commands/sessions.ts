import type { BrokerSessionState } from '../../ports/broker-session-states.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { accountNames } from '../references/account-reference.ts';
import { renderTable } from '../text/table.ts';

/** Three times as long as a holder stays silent: it is gone, or cut off. */
const SILENT_MS = 45_000;

interface Row extends BrokerSessionState {
  readonly isSilent: boolean;
}

/** The sessions with brokers: who holds each, where it leads, and since when it is as it is. */
export async function listSessions(context: CliContext, view: View): Promise<CommandResult> {
  const [states, accounts] = await Promise.all([context.sessionStates.list(), context.accounts.list()]);
  const nameOf = accountNames(accounts);
  const rows = states.map((one): Row => {
    return { ...one, isSilent: view.now.getTime() - one.renewedAt.getTime() > SILENT_MS };
  });
  const document = { sessions: rows.map((one) => ({ account: nameOf(one.accountId), ...one })) };
  if (rows.length === 0) return { document, text: 'No session yet: a worker opens one for every trading account.' };
  const text = renderTable<Row>(
    [
      { head: 'account', cell: ({ accountId }) => nameOf(accountId), shrink: 'cut' },
      { head: 'state', cell: ({ state, isSilent }) => (isSilent && state !== 'closed' ? `${state}, silent` : state) },
      { head: 'since', cell: ({ since }) => since.toISOString() },
      { head: 'renewed', cell: ({ renewedAt }) => renewedAt.toISOString() },
      { head: 'gateway', cell: gatewayText, shrink: 'wrap' },
      { head: 'held by', cell: ({ holder }) => holder, shrink: 'wrap' },
    ],
    rows,
    view.width,
  );
  return { document, text };
}

function gatewayText({ gateway }: Row): string {
  return gateway ? `${gateway.host}:${gateway.port}, client ${gateway.clientId}` : 'paper broker';
}
