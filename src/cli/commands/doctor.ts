import { FoliosError } from '../../contracts/errors.ts';
import type { CommandResult, View } from '../command-result.ts';
import { counted } from '../text/names.ts';
import { type Column, renderTable } from '../text/table.ts';

/** What one part of the installation answered when it was asked. */
export interface Finding {
  readonly part: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** A version, an address, a time; or what is wrong. */
  readonly detail: string;
  /** What helps; null where nothing needs to. */
  readonly remedy: string | null;
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', warning: '!', failed: '✗' };

const COLUMNS: readonly Column<Finding>[] = [
  { head: '', cell: ({ state }) => MARKS[state] },
  { head: 'part', cell: ({ part }) => part },
  { head: 'found', cell: ({ detail }) => detail, shrink: 'wrap' },
  { head: 'what helps', cell: ({ remedy }) => remedy ?? '', shrink: 'wrap' },
];

/** Every part with what it answered, each asked by itself, so that one that is down hides no other. Fails if one has. */
export async function examine(diagnose: () => Promise<readonly Finding[]>, view: View): Promise<CommandResult> {
  const findings = await diagnose();
  const failed = findings.filter(({ state }) => state === 'failed');
  const result = { document: { findings }, text: renderTable(COLUMNS, findings, view.width) };
  if (failed.length === 0) return result;
  const names = failed.map(({ part }) => part).join(', ');
  return {
    ...result,
    failure: new FoliosError('STACK_NOT_RUNNING', `${counted(failed.length, 'part')} failed: ${names}`),
  };
}
