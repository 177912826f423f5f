import type { TradingMode } from '../../domain/orders/trading-mode.ts';
import type { TurnSwitchInput } from '../schemas/workflow-inputs.ts';

export interface TradingModeActivities {
  /** Turns the kill switch of one account or of all; what was done, in words. INPUT_INVALID. */
  turnSwitch(mode: TradingMode, input: TurnSwitchInput): Promise<string>;
}
