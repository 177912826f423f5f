import type { FiringInput } from '../schemas/workflow-inputs.ts';

/** What one firing of a strategy's schedule does. */
export type FiringDecision =
  | {
      readonly starts: true;
      readonly strategyId: string;
      readonly strategyName: string;
      /** Made from strategy and scheduled time: a firing that is repeated asks nobody twice. */
      readonly requestGroupId: string;
    }
  | { readonly starts: false; readonly reason: string };

export interface ScheduledRunActivities {
  /** Validates the input and decides by the market's calendar and the strategy. INPUT_INVALID. */
  decideFiring(input: FiringInput): Promise<FiringDecision>;
}
