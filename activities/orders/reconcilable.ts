import type { ReconcileActivities } from '../../src/contracts/activities/reconcile.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { reconcileBrokerInputSchema } from '../../src/contracts/schemas/workflow-inputs.ts';
import type { TradingAccounts } from '../../src/ports/trading-accounts.ts';
import { withFailures } from '../failures.ts';
import { parseInput } from '../input.ts';

/** Research accounts have no broker's books beside ours: their fills and their booking are one transaction. */
export function createReconcileActivities(accounts: TradingAccounts): ReconcileActivities {
  return withFailures<ReconcileActivities>({
    async listReconcilable(input) {
      const { account: wanted } = parseInput(reconcileBrokerInputSchema, input);
      const all = (await accounts.list()).filter(({ strategyId }) => strategyId === null);
      const chosen = wanted === undefined ? all : all.filter((one) => [one.accountId, one.name].includes(wanted));
      if (wanted !== undefined && chosen.length === 0) {
        const known = all.map(({ name }) => name);
        throw new FoliosError('INPUT_INVALID', `account: no trading account is called ${wanted}`, { known });
      }
      return chosen.map(({ accountId, name }) => ({ accountId, name }));
    },
  });
}
