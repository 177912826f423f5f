import { setTimeout as sleep } from 'node:timers/promises';

/** What `look` finds, as soon as it finds something; fails with `what` after 30 seconds. */
export async function waitFor<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited 30 s in vain: ${what}`);
    await sleep(50);
  }
}
