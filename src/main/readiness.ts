import { assertSchemaCurrent } from '../../db/migrator.ts';
import type { HealthCheck } from '../api/routes/health.ts';
import { WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { lastPollOf, MAX_SILENCE_MS } from './pollers.ts';
import type { Service } from './service.ts';

/** What must hold, besides every part's health, before work is given to the service: what it started would else lie there. */
export function readinessChecks({ services, temporal }: Service): readonly HealthCheck[] {
  return [
    {
      name: 'schema',
      check: async () => {
        await assertSchemaCurrent(services.db);
        return "the database has this program's schema";
      },
    },
    {
      name: 'workers',
      check: async () => {
        const lastPoll = await lastPollOf(temporal, WORKFLOW_TASK_QUEUE, 'workflow', () => true);
        const silentMs = services.clock.now().getTime() - (lastPoll?.getTime() ?? 0);
        if (silentMs > MAX_SILENCE_MS) throw new Error(`no worker asks for work of the queue ${WORKFLOW_TASK_QUEUE}`);
        return `a worker asked for work ${Math.max(0, Math.round(silentMs / 1000))} s ago`;
      },
    },
  ];
}
