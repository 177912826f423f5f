import type { PayloadKeyReport, PayloadKeyUse } from '../../ports/payload-keys.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';

const ROLES: Readonly<Record<PayloadKeyUse['role'], string>> = {
  encrypts: 'encrypts and decrypts',
  decrypts: 'decrypts only',
  missing: 'NOT CONFIGURED',
};

/** The encryption keys by their ids, never their values, and what is still under each of them. */
export async function listKeys({ payloadKeys }: CliContext, limit: number, view: View): Promise<CommandResult> {
  const report = await payloadKeys.report(limit);
  return { document: { ...report }, text: [keyTable(report, view), '', ...remarks(report)].join('\n').trimStart() };
}

function keyTable({ keys }: PayloadKeyReport, { width }: View): string {
  if (keys.length === 0) return '';
  return renderTable<PayloadKeyUse>(
    [
      { head: 'key', cell: ({ id }) => id },
      { head: 'here', cell: ({ role }) => ROLES[role] },
      { head: 'open workflows', align: 'right', cell: ({ openWorkflows }) => String(openWorkflows) },
      { head: 'schedules', align: 'right', cell: ({ schedules }) => String(schedules) },
    ],
    keys,
    width,
  );
}

function remarks({ keys, examinedWorkflows, isComplete, plainWorkflows }: PayloadKeyReport): readonly string[] {
  const idle = keys.filter(
    ({ role, openWorkflows, schedules }) => role === 'decrypts' && openWorkflows + schedules === 0,
  );
  return [
    ...(keys.length === 0 ? ['Nothing is encrypted: FOLIOS_ENCRYPTION_KEY is not set.'] : []),
    `${counted(examinedWorkflows, 'open workflow')} examined${isComplete ? '' : '; there are more: --limit'}.`,
    ...(plainWorkflows > 0
      ? [`${counted(plainWorkflows, 'open workflow')} with payloads that are not encrypted.`]
      : []),
    ...keys
      .filter(({ role }) => role === 'missing')
      .map(({ id }) => `${id} is needed: put that key into FOLIOS_ENCRYPTION_OLD_KEYS.`),
    ...(isComplete ? idle.map(({ id }) => `${id} is needed by nothing open, only to read what has ended.`) : []),
  ];
}
