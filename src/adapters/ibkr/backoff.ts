const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * Milliseconds to wait before connection attempt `attempt` (0 is the first after a loss): doubling from half a second to
 * half a minute, of which a random half is taken off, so that many clients of one gateway do not return at once.
 * `random` is in [0, 1).
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling * (1 - random / 2));
}
