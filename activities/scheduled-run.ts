import { v5 as uuidV5 } from 'uuid';
import type { ScheduledRunActivities } from '../src/contracts/activities/scheduled-run.ts';
import { firingInputSchema } from '../src/contracts/schemas/workflow-inputs.ts';
import { closedReason } from '../src/domain/schedules/firing-decision.ts';
import type { StrategyRepository } from '../src/ports/repositories.ts';
import { withFailures } from './failures.ts';
import { parseInput } from './input.ts';

/** The first step of a firing. */
export function createScheduledRunActivities(ports: {
  readonly strategies: Pick<StrategyRepository, 'find'>;
}): ScheduledRunActivities {
  return withFailures<ScheduledRunActivities>({
    async decideFiring(input) {
      const { strategyId, market, scheduledAt } = parseInput(firingInputSchema, input);
      const strategy = await ports.strategies.find(strategyId);
      if (strategy === null) return { starts: false, reason: `no strategy has the id ${strategyId} any more` };
      if (!strategy.active) return { starts: false, reason: `${strategy.document.slug} is not active` };
      const closed = closedReason(market, Date.parse(scheduledAt));
      if (closed !== null) return { starts: false, reason: closed };
      const requestGroupId = uuidV5(`firing/${new Date(scheduledAt).toISOString()}`, strategyId);
      return { starts: true, strategyId, strategyName: strategy.document.name, requestGroupId };
    },
  });
}
