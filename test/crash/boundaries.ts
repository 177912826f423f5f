import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderName } from '../../src/domain/research/provider.ts';
import type { EmulatorState } from '../../src/emulators/control/state.ts';
import type { Activities, Services } from '../../src/main/services.ts';
import type { LlmBatchProvider, LlmDirectProvider, LlmProviders } from '../../src/ports/llm-provider.ts';
import { type CrashActivity, CrashPoint, type FuseBox } from './crash-points.ts';
import type { Trap } from './trap.ts';

export interface CrashTools {
  readonly trap: Trap;
  readonly fuses: FuseBox;
  /** The provider's own truth, to die exactly when it has taken a call. */
  readonly stateOf: (provider: ProviderName) => Promise<EmulatorState>;
}

/** The same activities with a trap before the first and after the last thing they do. */
export function trapActivities(activities: Activities, trap: Trap): Activities {
  return {
    workflows: atBoundaries(activities.workflows, trap),
    llm: atBoundaries(activities.llm, trap),
    broker: atBoundaries(activities.broker, trap),
  };
}

/** The same services with a trap behind the effects of each activity, and around the calls that submit a job. */
export function trapServices(services: Services, tools: CrashTools): Services {
  const { trap } = tools;
  const { research, portfolio } = services;
  const { afterSave } = CrashPoint;
  return {
    ...services,
    research: {
      ...research,
      enqueue: behind(trap, ['enqueueResearch'], research.enqueue),
      commitIntent: behind(trap, ['openJob', 'prepareSubmission'], research.commitIntent),
      // Harvesting a direct call reads the answer that is recorded already.
      listArtifacts: behind(trap, ['harvestJob'], research.listArtifacts),
      saveRecommendations: behind(trap, ['harvestJob'], research.saveRecommendations, afterSave),
      transition: behind(trap, ['failTask'], research.transition),
    },
    portfolio: {
      ...portfolio,
      journalOrders: behind(trap, ['journalTicket'], portfolio.journalOrders),
      settle: behind(trap, ['settleTicket'], portfolio.settle),
    },
    providers: trapProviders(services.providers, tools),
  };
}

function atBoundaries<T extends object>(activities: T, trap: Trap): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (input: { taskId?: string; requestGroupId?: string }) =>
      trap.run(name, [input.taskId, input.requestGroupId], async () => {
        trap.reach(CrashPoint.before);
        const result = await (activity as (input: unknown) => Promise<unknown>)(input);
        trap.reach(CrashPoint.beforeHeard);
        return result;
      }),
  ]);
  return Object.fromEntries(wrapped) as T;
}

function behind<A extends unknown[], R>(
  trap: Trap,
  activities: readonly CrashActivity[],
  effect: (...args: A) => Promise<R>,
  point: CrashPoint = CrashPoint.afterEffect,
) {
  return async (...args: A): Promise<R> => {
    const result = await effect(...args);
    trap.reach(point, activities);
    return result;
  };
}

function trapProviders(providers: LlmProviders, tools: CrashTools): LlmProviders {
  return {
    batch: (provider) => trapBatch(providers.batch(provider), tools),
    direct: (provider, mode) => trapDirect(providers.direct(provider, mode), tools),
  };
}

function trapBatch(real: LlmBatchProvider, tools: CrashTools): LlmBatchProvider {
  const { trap, fuses } = tools;
  return {
    ...real,
    submit: behind(trap, ['submitJob'], async (intent, payload, signal) => {
      trap.reach(CrashPoint.beforeCall);
      const created = dieOnceSeen(tools, real.provider, CrashPoint.slowCall, slowCalls, () =>
        real.submit(intent, payload, signal),
      );
      // The test resets the connection after the create took effect: the batch is there, its id never arrives.
      return created.catch((error: unknown) => {
        trap.reach(CrashPoint.midCall);
        throw error;
      });
    }),
    find: behind(
      trap,
      ['reconcileSubmission'],
      async (...args): ReturnType<LlmBatchProvider['find']> =>
        fuses.isBlind() ? { kind: 'absent' } : real.find(...args),
    ),
    poll: behind(trap, ['awaitJob', 'pollJob'], real.poll),
    harvest: behind(trap, ['harvestJob'], real.harvest),
    cancel: behind(trap, ['cancelJob'], real.cancel),
  };
}

function trapDirect(real: LlmDirectProvider, tools: CrashTools): LlmDirectProvider {
  const { trap } = tools;
  return {
    ...real,
    ask: behind(trap, ['submitJob'], (job, signal) => {
      trap.reach(CrashPoint.beforeCall);
      return dieOnceSeen(tools, real.provider, CrashPoint.midCall, directCalls, () => real.ask(job, signal));
    }),
  };
}

const slowCalls = (state: EmulatorState) => state.recentCalls.filter((call) => call.fault === 'slow').length;
const directCalls = (state: EmulatorState) => state.directCallCount;

const LOOK_EVERY_MS = 15;

/** Begins a call and, where the trap is armed, dies as soon as the provider has seen one call more, before its answer. */
async function dieOnceSeen<T>(
  { trap, stateOf }: CrashTools,
  provider: ProviderName,
  point: CrashPoint,
  count: (state: EmulatorState) => number,
  begin: () => Promise<T>,
): Promise<T> {
  if (!trap.isArmed(point)) return begin();
  const before = count(await stateOf(provider));
  let isOver = false;
  const call = begin().finally(() => {
    isOver = true;
  });
  while (!isOver && count(await stateOf(provider)) === before) await sleep(LOOK_EVERY_MS);
  // A call that is over was not caught in the middle; the test then misses its kill and says so.
  if (!isOver) trap.reach(point);
  return call;
}
