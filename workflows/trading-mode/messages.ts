import { defineSignal } from '@temporalio/workflow';
import type { TurnSwitchInput } from '../../src/contracts/schemas/workflow-inputs.ts';

export type { TurnSwitchInput };

/** Every order is denied from now on. */
export const pauseSignal = defineSignal<[TurnSwitchInput]>('pause');
/** Every order is denied that does not reduce a position. */
export const reduceOnlySignal = defineSignal<[TurnSwitchInput]>('reduceOnly');
/** Orders reach the brokers again. */
export const resumeSignal = defineSignal<[TurnSwitchInput]>('resume');
