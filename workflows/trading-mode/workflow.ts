import {
  allHandlersFinished,
  condition,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { TradingModeActivities } from '../../src/contracts/activities/trading-mode.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { TradingMode } from '../../src/domain/orders/trading-mode.ts';
import { finalFailure } from '../failures.ts';
import { pauseSignal, reduceOnlySignal, resumeSignal, type TurnSwitchInput } from './messages.ts';

const { turnSwitch } = proxyActivities<TradingModeActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '250 milliseconds', maximumInterval: '10 seconds' },
  summary: 'turn the kill switch',
});

/**
 * The kill switch by signal, for whoever has Temporal and not our command line: `signal-with-start` with `pause`,
 * `reduceOnly` or `resume`. Turns are made in the order in which they came; the run ends with the last of them.
 */
export async function tradingMode(): Promise<readonly string[]> {
  const wanted: [TradingMode, TurnSwitchInput][] = [];
  const done: string[] = [];
  setHandler(pauseSignal, (input) => void wanted.push([TradingMode.paused, input]));
  setHandler(reduceOnlySignal, (input) => void wanted.push([TradingMode.reduceOnly, input]));
  setHandler(resumeSignal, (input) => void wanted.push([TradingMode.normal, input]));
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'trading-mode' }]);
  await condition(() => wanted.length > 0);
  try {
    for (let next = wanted.shift(); next; next = wanted.shift()) {
      done.push(await turnSwitch(...next));
      setCurrentDetails(done.map((line) => `- ${line}`).join('\n'));
    }
    await condition(allHandlersFinished);
    return done;
  } catch (error) {
    throw finalFailure(error, 'DATABASE_UNREACHABLE');
  }
}
