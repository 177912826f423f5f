import { v7 as uuidV7 } from 'uuid';
import type { EnqueuedRun, EnqueuedTaskSummary } from '../../contracts/activities/research.ts';
import { FoliosError } from '../../contracts/errors.ts';
import type { ProviderName } from '../../domain/research/provider.ts';
import { type CliFailure, describeFailure } from '../../service/failure.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { shortIds } from '../references/task-reference.ts';
import { counted } from '../text/names.ts';
import { renderTable } from '../text/table.ts';

export interface EnqueueOptions {
  readonly strategies: readonly string[];
  readonly providers: readonly ProviderName[] | null;
  readonly hold: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

interface Candidate {
  readonly strategyId: string;
  readonly slug: string;
  readonly providers: readonly ProviderName[];
}

type Started = { readonly slug: string } & (
  | { readonly run: EnqueuedRun; readonly failure: null }
  | { readonly run: null; readonly failure: CliFailure }
);

interface Row {
  readonly slug: string;
  readonly run: EnqueuedRun | null;
  readonly task: EnqueuedTaskSummary | null;
  readonly failure: CliFailure | null;
}

/**
 * Starts a run of each stale or named strategy. Everything named is checked before anything starts; whether a provider
 * already has a recent submission is decided by the database. One run that fails to start does not stop the others.
 */
export async function enqueue(context: CliContext, options: EnqueueOptions, view: View): Promise<CommandResult> {
  if (options.force && options.strategies.length === 0) {
    throw new FoliosError('INPUT_INVALID', '--force asks and pays again: name the strategies with --strategy');
  }
  const candidates =
    options.strategies.length > 0 ? await named(context, options) : await stale(context, options, view.now);
  if (options.dryRun) return dryRun(candidates, view);
  const started = await Promise.all(candidates.map((candidate) => start(context, candidate, options)));
  return report(started, options, view);
}

async function named({ strategies }: CliContext, options: EnqueueOptions): Promise<Candidate[]> {
  const records = await Promise.all(
    [...new Set(options.strategies)].map((reference) => resolveStrategy(strategies, reference)),
  );
  return [...new Map(records.map((record) => [record.id, record])).values()].map(({ id, document }) => {
    const known = document.providers.map((one) => one.provider);
    const unknown = (options.providers ?? []).filter((provider) => !known.includes(provider));
    if (unknown.length > 0) {
      throw new FoliosError(
        'PROVIDER_UNKNOWN',
        `${document.slug} does not ask ${unknown.join(', ')}; it asks ${known.join(', ')}`,
        { strategy: document.slug, unknown, known },
      );
    }
    return { strategyId: id, slug: document.slug, providers: options.providers ?? known };
  });
}

async function stale({ strategies }: CliContext, options: EnqueueOptions, now: Date): Promise<Candidate[]> {
  const planned = await strategies.listStale(now);
  return planned
    .map(({ strategyId, slug, providers }) => ({
      strategyId,
      slug,
      providers: providers.filter((provider) => options.providers?.includes(provider) ?? true),
    }))
    .filter((candidate) => candidate.providers.length > 0);
}

async function start({ folios }: CliContext, candidate: Candidate, options: EnqueueOptions): Promise<Started> {
  const { slug, strategyId, providers } = candidate;
  try {
    const { run } = await folios.startResearchRun({
      strategyId,
      providers: [...providers],
      requestGroupId: uuidV7(),
      hold: options.hold,
      force: options.force,
    });
    return { slug, run, failure: null };
  } catch (error) {
    return { slug, run: null, failure: describeFailure(error) };
  }
}

function dryRun(candidates: readonly Candidate[], { width }: View): CommandResult {
  const document = { dryRun: true, wouldStart: candidates };
  if (candidates.length === 0) return { document, text: 'Nothing is stale; nothing would be started.' };
  const table = renderTable<Candidate>(
    [
      { head: 'strategy', cell: (row) => row.slug },
      { head: 'providers to ask', cell: (row) => row.providers.join(', ') },
    ],
    candidates,
    width,
  );
  return { document, text: `${table}\n\nDry run: nothing was started.` };
}

function report(started: readonly Started[], options: EnqueueOptions, { width }: View): CommandResult {
  const rows = started.flatMap<Row>(({ slug, run, failure }) =>
    run ? run.tasks.map((task) => ({ slug, run, task, failure: null })) : [{ slug, run: null, task: null, failure }],
  );
  const document = {
    runs: started.flatMap(({ run }) => (run ? [run] : [])),
    failures: started.flatMap(({ slug, failure }) => (failure ? [{ strategySlug: slug, ...failure }] : [])),
  };
  if (rows.length === 0) return { document, text: 'Nothing is stale; nothing was started.' };
  const short = shortIds(rows.flatMap(({ task }) => (task ? [task.taskId] : [])));
  const table = renderTable<Row>(
    [
      { head: 'task', cell: ({ task }) => (task ? short(task.taskId) : '–') },
      { head: 'strategy', cell: (row) => row.slug },
      { head: 'version', align: 'right', cell: ({ run }) => (run ? String(run.strategyVersion) : '–') },
      { head: 'as of', cell: ({ run }) => run?.asOf ?? '–' },
      { head: 'provider', cell: ({ task }) => task?.provider ?? '–' },
      { head: 'mode', cell: ({ task }) => task?.mode ?? '–' },
      { head: 'model', cell: ({ task }) => task?.model ?? '–', shrink: 'cut' },
      { head: 'result', cell: resultOf, shrink: 'wrap' },
    ],
    rows,
    width,
  );
  const made = rows.filter(({ task }) => task?.enqueued).length;
  const next = made === 0 ? '' : options.hold ? '; held: folios submit' : '; follow: folios status --watch';
  const text = `${table}\n\n${counted(made, 'task')} enqueued${next}`;
  const failed = started.filter(({ failure }) => failure !== null);
  const first = failed[0]?.failure;
  if (!first) return { document, text };
  const message = `${failed.length} of ${counted(started.length, 'run')} could not be started: ${first.message}`;
  return { document, text, failure: new FoliosError(first.code, message, { failures: document.failures }) };
}

function resultOf({ task, failure }: Row): string {
  if (failure) return `${failure.code}: ${failure.message}`;
  return task?.enqueued ? 'enqueued' : 'already enqueued';
}
