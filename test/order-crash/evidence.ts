import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Books } from './books.ts';
import type { Done } from './rounds.ts';
import type { Promised } from './verdict.ts';

/** Everything that the four books say of the tickets in which a promise was broken, beside the logs of the run. */
export async function keepEvidence(
  logDir: string,
  books: Books,
  verdict: readonly Promised[],
  { kills }: Done,
): Promise<string> {
  const words = verdict.flatMap(({ broken }) => broken).join(' ');
  const suspects = [...new Set(books.orders.map(({ ticketId }) => ticketId))].filter((id) => words.includes(id));
  const isOfSuspect = (ref: string | null) => suspects.some((id) => ref?.startsWith(id));
  const file = join(logDir, 'evidence.json');
  const evidence = {
    verdict: verdict.filter(({ broken }) => broken.length > 0),
    kills,
    tickets: suspects.map((id) => ({
      history: books.histories.find(({ ticketId }) => ticketId === id),
      orders: books.orders.filter(({ ticketId }) => ticketId === id),
    })),
    journal: books.events.filter(({ ref }) => isOfSuspect(ref)),
    simulator: books.simulator.orders.filter(({ orderRef }) => isOfSuspect(orderRef)),
    executions: books.simulator.executions.filter(({ orderRef }) => isOfSuspect(orderRef)),
  };
  await writeFile(file, `${JSON.stringify(evidence, null, 2)}\n`);
  return file;
}
