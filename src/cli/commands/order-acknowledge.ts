import { FoliosError } from '../../contracts/errors.ts';
import type { KeptReport } from '../../ports/order-journal.ts';
import type { CommandResult } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { accountNames } from '../references/account-reference.ts';
import { eventText } from '../text/order-events.ts';

const MAX_REASON_LENGTH = 500;

/**
 * Notes that somebody has looked at reports that could not be booked; nothing else changes, and they stay in the journal.
 * INPUT_INVALID for a reason that says nothing, or a number of no kept report.
 */
export async function acknowledgeReports(
  { journal, accounts, user, now }: CliContext,
  numbers: readonly string[],
  reason: string,
): Promise<CommandResult> {
  const why = reason.trim();
  if (why === '' || why.length > MAX_REASON_LENGTH) {
    throw new FoliosError('INPUT_INVALID', `--reason says in 1 to ${MAX_REASON_LENGTH} characters what was found out`);
  }
  const eventIds = numbers.map(parseNumber);
  const at = now();
  const noted: KeptReport[] = [];
  for (const eventId of eventIds) {
    const kept = await journal.acknowledge(eventId, { reason: why, by: user, at });
    if (kept === null) throw unknownReport(String(eventId), noted);
    noted.push(kept);
  }
  const nameOf = accountNames(await accounts.list());
  return {
    document: { acknowledged: noted.map((one) => ({ account: nameOf(one.accountId), ...one })) },
    text: noted.map((one) => `Acknowledged ${one.eventId} of ${nameOf(one.accountId)}: ${toldText(one)}`).join('\n'),
  };
}

function toldText(report: KeptReport): string {
  const { reason, by, at } = report.acknowledged ?? { reason: '', by: '', at: report.recordedAt };
  return `${eventText(report)} – ${reason} (${by}, ${at.toISOString().slice(0, 19)}Z)`;
}

function parseNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new FoliosError('INPUT_INVALID', `"${text}" is no number of a report; folios orders --kept shows them`);
}

function unknownReport(number: string, noted: readonly KeptReport[]): FoliosError {
  const before = noted.length > 0 ? `; acknowledged before it: ${noted.map(({ eventId }) => eventId).join(', ')}` : '';
  const message = `no kept report has the number ${number}; folios orders --kept shows those that wait${before}`;
  return new FoliosError('INPUT_INVALID', message, { report: number });
}
