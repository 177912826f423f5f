import { FoliosError } from '../contracts/errors.ts';
import { SYSTEM_SCHEDULE_IDS } from '../contracts/workflow-ids.ts';
import { mayDo, type Principal, Scope } from '../domain/access/principal.ts';
import type { Ownership } from '../ports/ownership.ts';
import type { StrategyRecord, StrategyRepository } from '../ports/repositories.ts';
import type { ScheduleTarget, StrategySchedules } from '../ports/strategy-schedules.ts';
import { visibleTo } from './visibility.ts';

export interface ScheduleRoutePorts {
  readonly schedules: StrategySchedules;
  readonly strategies: Pick<StrategyRepository, 'find'>;
  readonly ownership: Ownership;
}

/** RESOURCE_NOT_FOUND where there is no such strategy, or it is somebody else's. */
export async function strategyOf(
  { strategies, ownership }: ScheduleRoutePorts,
  principal: Principal,
  reference: string,
): Promise<StrategyRecord> {
  if (SYSTEM_SCHEDULE_IDS.includes(reference)) {
    throw new FoliosError('INPUT_INVALID', `the times of ${reference} are set in the configuration of the service`);
  }
  const strategy = await strategies.find(reference);
  if (strategy === null) throw new FoliosError('RESOURCE_NOT_FOUND', `no strategy has the id ${reference}`);
  const visible = await visibleTo(principal, ownership);
  if (visible.strategies !== null && !visible.strategies.has(strategy.id)) visible.requireStrategy(reference);
  return strategy;
}

/** The same, or one of folios' own schedules, which everybody sees. */
export async function targetOf(
  ports: ScheduleRoutePorts,
  principal: Principal,
  reference: string,
): Promise<ScheduleTarget> {
  if (SYSTEM_SCHEDULE_IDS.includes(reference)) return { kind: 'system', scheduleId: reference };
  return { kind: 'strategy', strategy: await strategyOf(ports, principal, reference) };
}

/** ACCESS_DENIED for one of folios' own schedules without the scope admin. */
export async function changeableTarget(
  ports: ScheduleRoutePorts,
  principal: Principal,
  reference: string,
): Promise<ScheduleTarget> {
  const target = await targetOf(ports, principal, reference);
  if (target.kind === 'strategy' || mayDo(principal, Scope.admin)) return target;
  throw new FoliosError(
    'ACCESS_DENIED',
    `${reference} is one of the service's own schedules: this needs the scope admin`,
  );
}
