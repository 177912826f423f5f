import type { Transaction } from 'kysely';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { StrategyProvider } from '../../src/contracts/schemas/strategy.ts';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import { isStale } from '../../src/domain/research/staleness.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import type { EnqueueCommand, EnqueuedTask } from '../../src/ports/repositories.ts';
import { accountIdOf, requestIdOf, taskIdOf } from '../ids.ts';
import type { DB } from '../schema.gen.ts';

/**
 * One request and one task per provider, in the order asked for. STRATEGY_NOT_FOUND; PROVIDER_UNKNOWN if the strategy
 * does not ask a provider; INPUT_INVALID if the group belongs to another strategy.
 */
export async function enqueueTasks(trx: Transaction<DB>, command: EnqueueCommand): Promise<readonly EnqueuedTask[]> {
  const { strategy, requestGroupId } = command;
  const wanted = [...new Set(command.providers)].map((name) => settingsOf(command, name));
  // Whoever enqueues for this strategy at the same moment waits here and then sees our rows.
  const locked = await trx
    .selectFrom('strategies')
    .select('id')
    .where('id', '=', strategy.id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (locked === undefined) {
    throw new FoliosError('STRATEGY_NOT_FOUND', `no strategy has the id ${strategy.id}`, { strategyId: strategy.id });
  }
  const group = await rowsOfGroup(trx, requestGroupId);
  const foreign = group.find((row) => row.strategyId !== strategy.id);
  if (foreign !== undefined) {
    throw new FoliosError('INPUT_INVALID', `request group ${requestGroupId} belongs to another strategy`, {
      requestGroupId,
      strategyId: foreign.strategyId,
    });
  }
  const recent = command.force ? [] : await recentRows(trx, command);
  const planned = wanted.map((settings) => {
    const isSame = (row: { provider: ProviderName }) => row.provider === settings.provider;
    return { settings, known: group.find(isSame) ?? recent.find(isSame) };
  });
  await insertRows(
    trx,
    command,
    planned.filter(({ known }) => known === undefined).map(({ settings }) => settings),
  );
  return planned.map(({ settings, known }) => known?.task ?? newTask(command, settings));
}

function settingsOf({ strategy }: EnqueueCommand, provider: ProviderName): StrategyProvider {
  const found = strategy.document.providers.find((one) => one.provider === provider);
  if (found !== undefined) return found;
  const known = strategy.document.providers.map((one) => one.provider);
  throw new FoliosError(
    'PROVIDER_UNKNOWN',
    `strategy ${strategy.document.slug} does not ask "${provider}"; it asks ${known.join(', ')}`,
    { provider, known },
  );
}

function newTask(
  { requestGroupId, strategy }: EnqueueCommand,
  { provider, mode, model }: StrategyProvider,
): EnqueuedTask {
  const requestId = requestIdOf(requestGroupId, provider);
  return {
    requestId,
    taskId: taskIdOf(requestGroupId, provider),
    requestGroupId,
    provider,
    mode,
    model,
    accountId: accountIdOf(strategy.id, provider),
    created: true,
  };
}

interface KnownRow {
  readonly strategyId: string;
  readonly provider: ProviderName;
  readonly createdAt: Date;
  readonly task: EnqueuedTask;
}

function rows(trx: Transaction<DB>) {
  return trx
    .selectFrom('requests as r')
    .innerJoin('execution_tasks as t', 't.request_id', 'r.id')
    .select(['r.id as requestId', 't.id as taskId', 'r.request_group_id as requestGroupId'])
    .select(['r.strategy_id as strategyId', 't.provider', 't.mode', 't.model', 't.created_at as createdAt']);
}

function toKnown(row: Omit<EnqueuedTask, 'created' | 'accountId'> & { strategyId: string; createdAt: Date }): KnownRow {
  const { strategyId, createdAt, ...task } = row;
  const accountId = accountIdOf(strategyId, task.provider);
  return { strategyId, createdAt, provider: task.provider, task: { ...task, accountId, created: false } };
}

async function rowsOfGroup(trx: Transaction<DB>, requestGroupId: string): Promise<readonly KnownRow[]> {
  return (await rows(trx).where('r.request_group_id', '=', requestGroupId).execute()).map(toKnown);
}

/** The newest task of each provider that was neither failed nor denied, where the cadence still counts it as recent. */
async function recentRows(trx: Transaction<DB>, { strategy, now }: EnqueueCommand): Promise<readonly KnownRow[]> {
  const newest = await rows(trx)
    .distinctOn('r.provider')
    .where('r.strategy_id', '=', strategy.id)
    .where('t.state', 'not in', [TaskState.failed, TaskState.denied])
    .orderBy('r.provider')
    .orderBy('t.created_at', 'desc')
    .execute();
  const { staleAfterDays } = strategy.document.cadence;
  return newest.filter((row) => !isStale(row.createdAt, now, staleAfterDays)).map(toKnown);
}

async function insertRows(
  trx: Transaction<DB>,
  command: EnqueueCommand,
  wanted: readonly StrategyProvider[],
): Promise<void> {
  if (wanted.length === 0) return;
  const { requestGroupId, strategy, asOf, now } = command;
  await trx
    .insertInto('requests')
    .values(
      wanted.map(({ provider }) => ({
        id: requestIdOf(requestGroupId, provider),
        request_group_id: requestGroupId,
        strategy_id: strategy.id,
        strategy_version: strategy.version,
        provider,
        as_of: asOf,
        created_at: now,
      })),
    )
    .execute();
  await trx
    .insertInto('execution_tasks')
    .values(
      wanted.map(({ provider, mode, model }) => ({
        id: taskIdOf(requestGroupId, provider),
        request_id: requestIdOf(requestGroupId, provider),
        provider,
        mode,
        model,
        state: TaskState.pending,
        simulated: command.isSimulated(provider),
        created_at: now,
      })),
    )
    .execute();
}
