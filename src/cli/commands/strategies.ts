import { FoliosError } from '../../contracts/errors.ts';
import { formatUsd } from '../../domain/money/decimal.ts';
import type { StrategyRecord } from '../../ports/repositories.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { resolveStrategy } from '../references/strategy-reference.ts';
import { renderTable } from '../text/table.ts';

/** The strategy library, current versions. */
export async function listStrategies({ strategies }: CliContext, limit: number, view: View): Promise<CommandResult> {
  const all = await strategies.list();
  const shown = all.slice(0, limit);
  if (shown.length === 0)
    return { document: { strategies: [] }, text: 'No strategies yet: folios strategy add <file>' };
  const text = renderTable<StrategyRecord>(
    [
      { head: 'strategy', cell: ({ document }) => document.slug },
      { head: 'name', cell: ({ document }) => document.name, shrink: 'cut' },
      { head: 'active', cell: (record) => (record.active ? 'yes' : 'no') },
      { head: 'version', align: 'right', cell: (record) => String(record.version) },
      {
        head: 'providers',
        cell: ({ document }) => document.providers.map(({ provider }) => provider).join(', '),
        shrink: 'cut',
      },
      { head: 'tickers', align: 'right', cell: ({ document }) => String(document.universe.length) },
      { head: 'stale (days)', align: 'right', cell: ({ document }) => String(document.cadence.staleAfterDays) },
      { head: 'prices', cell: ({ document }) => document.priceSource },
    ],
    shown,
    view.width,
  );
  const more = all.length > shown.length ? `\n\n${all.length - shown.length} more: --limit ${all.length}` : '';
  return { document: { strategies: shown }, text: text + more };
}

/** One strategy with its method. */
export async function showStrategy({ strategies }: CliContext, reference: string): Promise<CommandResult> {
  const record = await resolveStrategy(strategies, reference);
  const { document } = record;
  const lines = [
    `${document.name} (${document.slug})`,
    document.description,
    '',
    `version    ${record.version}, stored ${record.createdAt.toISOString()}`,
    `active     ${record.active ? 'yes' : 'no'}`,
    `providers  ${document.providers.map((one) => `${providerWithMode(one)} ${one.model}`).join(' · ')}`,
    `cadence    stale after ${document.cadence.staleAfterDays} days`,
    `accounts   begin with $${formatUsd(document.initialBalanceUsd)} each, prices from ${document.priceSource}`,
    `universe   ${document.universe.length} tickers: ${document.universe.join(' ')}`,
    `id         ${record.id}`,
    '',
    'Method',
    ...document.method
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`.trimEnd()),
  ];
  return { document: { strategy: record }, text: lines.join('\n') };
}

/** Stores a strategy file: a new strategy, a new version, or nothing if the content is what is stored. STRATEGY_INVALID. */
export async function addStrategy(
  context: CliContext,
  file: { readonly path: string; read(path: string): Promise<string> },
): Promise<CommandResult> {
  const content = await file.read(file.path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FoliosError('INPUT_INVALID', `cannot read ${file.path}: ${reason}`, { path: file.path });
  });
  const { record, created } = await context.strategies.save(context.parseStrategyFile(content, file.path));
  const { slug } = record.document;
  const activity = record.active ? 'It is active.' : `It is not active yet: folios strategy activate ${slug}`;
  const text = created
    ? `Stored ${slug}, version ${record.version}. ${activity}`
    : `Nothing changed: ${slug} version ${record.version} has this content already. ${activity}`;
  return { document: { created, strategy: record }, text };
}

/** Switches whether `plan` and the schedule consider a strategy. STRATEGY_NOT_FOUND. */
export async function setStrategyActive(
  { strategies }: CliContext,
  reference: string,
  active: boolean,
): Promise<CommandResult> {
  await resolveStrategy(strategies, reference);
  const record = await strategies.setActive(reference, active);
  if (!record) throw new FoliosError('STRATEGY_NOT_FOUND', `no strategy is called "${reference}"`, { reference });
  const text = active
    ? `${record.document.slug} is active: it runs when it is stale.`
    : `${record.document.slug} is not active: no run starts by itself. Runs under way go on.`;
  return { document: { strategy: record }, text };
}

function providerWithMode({ provider, mode }: { provider: string; mode: string }): string {
  return `${provider} ${mode}`;
}
