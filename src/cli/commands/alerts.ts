import { FoliosError } from '../../contracts/errors.ts';
import type { AlertRecord } from '../../ports/alerts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { formatAge } from '../text/durations.ts';
import { renderTable } from '../text/table.ts';

/** More than these nobody reads in a terminal; acknowledging all of them goes on until none is left. */
const MAX_AT_ONCE = 1_000;

/** Alerts, newest first: those that nobody has acknowledged, or all. */
export async function listAlerts(
  { alerts }: CliContext,
  { all, limit }: { readonly all: boolean; readonly limit: number },
  view: View,
): Promise<CommandResult> {
  const found = await alerts.list({ ...(all ? { withTests: true } : { acknowledged: false }), limit });
  const text = found.length > 0 ? renderAlerts(found, view) : all ? 'No alerts yet.' : 'No open alerts.';
  return { document: { alerts: found }, text };
}

/** Notes that somebody has seen alerts: those whose ids begin so, or every open one. INPUT_INVALID. */
export async function acknowledgeAlerts(
  { alerts, user, now }: CliContext,
  references: readonly string[],
  all: boolean,
): Promise<CommandResult> {
  if (all === references.length > 0) throw new FoliosError('INPUT_INVALID', 'name alerts by their ids, or give --all');
  const open = await alerts.list({ acknowledged: false, limit: MAX_AT_ONCE });
  const chosen = all ? open : references.map((reference) => resolveAlert(open, reference));
  for (const { alertId } of chosen) await alerts.acknowledge(alertId, user, now());
  const ids = chosen.map(({ alertId }) => alertId);
  return { document: { acknowledged: ids, by: user }, text: `Acknowledged: ${ids.length}.` };
}

function resolveAlert(open: readonly AlertRecord[], reference: string): AlertRecord {
  const found = open.filter(({ alertId }) => alertId === reference || alertId.endsWith(reference));
  const [only] = found;
  if (only && found.length === 1) return only;
  const problem = found.length === 0 ? 'no open alert has this id' : 'more than one open alert ends so';
  throw new FoliosError('INPUT_INVALID', `${reference}: ${problem}`, { reference });
}

function renderAlerts(alerts: readonly AlertRecord[], { width, now }: View): string {
  return renderTable<AlertRecord>(
    [
      // Ids of one time begin alike: their ends tell them apart.
      { head: 'alert', cell: ({ alertId }) => alertId.slice(-8) },
      { head: 'severity', cell: ({ severity }) => severity },
      { head: 'event', cell: ({ kind }) => kind },
      { head: 'about', cell: ({ accountName, strategySlug }) => accountName ?? strategySlug ?? '–', shrink: 'cut' },
      { head: 'age', align: 'right', cell: ({ firstSeenAt }) => formatAge(now.getTime() - firstSeenAt.getTime()) },
      { head: 'times', align: 'right', cell: ({ count }) => String(count) },
      { head: 'what', cell: ({ subject, text }) => `${subject}: ${text}`, shrink: 'wrap' },
      { head: 'seen by', cell: ({ acknowledgedBy }) => acknowledgedBy ?? '–', shrink: 'cut' },
    ],
    alerts,
    width,
  );
}
