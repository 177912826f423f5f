import type { TradingModeActivities } from '../../src/contracts/activities/trading-mode.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { turnSwitchInputSchema } from '../../src/contracts/schemas/workflow-inputs.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { TradingAccounts } from '../../src/ports/trading-accounts.ts';
import type { TradingSwitch } from '../../src/ports/trading-switch.ts';
import { withFailures } from '../failures.ts';
import { parseInput } from '../input.ts';

/** The kill switch for workflows. A repeated step keeps one more row that says the same. */
export function createTradingModeActivities(ports: {
  readonly accounts: TradingAccounts;
  readonly tradingSwitch: TradingSwitch;
  readonly clock: Clock;
}): TradingModeActivities {
  return withFailures<TradingModeActivities>({
    async turnSwitch(mode, input) {
      const { account: reference, reason, by } = parseInput(turnSwitchInputSchema, input);
      const account = reference === undefined ? null : await ports.accounts.find(reference);
      if (reference !== undefined && account === null) {
        throw new FoliosError('INPUT_INVALID', `account: no account is called ${reference}`, { account: reference });
      }
      const accountId = account?.accountId ?? null;
      await ports.tradingSwitch.set({ accountId, mode, reason, by, at: ports.clock.now() });
      return `${mode} for ${account?.name ?? 'all accounts'}: ${reason} (${by})`;
    },
  });
}
