import type { PaperStore } from '../paper-store.ts';

/** A paper store that outlives sessions, as a database does. */
export function createMemoryPaperStore(): PaperStore {
  const steps = new Map<string, string[]>();
  const numbers = new Map<string, number>();
  const take = (account: string, number: number) => {
    if (number <= (numbers.get(account) ?? 0)) throw new Error(`step ${number} of ${account} is taken`);
    numbers.set(account, number);
  };
  return {
    accounts: async () => [...steps.keys()],
    load: async (account) => [...(steps.get(account) ?? [])],
    async append(account, step, number) {
      take(account, number);
      steps.set(account, [...(steps.get(account) ?? []), step]);
    },
    async replace(account, step, number) {
      take(account, number);
      steps.set(account, [step]);
    },
  };
}
