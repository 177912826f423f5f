import { afterAll, beforeAll } from '@jest/globals';
import { type IbkrHarness, startIbkrHarness } from './order-harness.ts';

/** The hooks of a suite with one harness at a TWS simulator; hands it over before the suite's own hooks run. */
export function withIbkrHarness(hand: (harness: IbkrHarness) => void): void {
  let harness: IbkrHarness | null = null;
  beforeAll(async () => {
    harness = await startIbkrHarness();
    hand(harness);
  }, 90_000);
  afterAll(() => harness?.close());
}
