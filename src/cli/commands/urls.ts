import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { renderTable } from '../text/table.ts';

/** Where to look. */
export function listUrls({ urls }: CliContext, view: View): CommandResult {
  const text = renderTable<(typeof urls)[number]>(
    [
      { head: 'what', cell: (row) => row.name },
      { head: 'url', cell: (row) => row.url },
    ],
    urls,
    view.width,
  );
  return { document: { urls }, text };
}
