import type { ReconcilableAccount, Reconciliation } from '../../src/contracts/activities/reconcile.ts';
import type { ReconcileBrokerInput } from '../../src/contracts/schemas/workflow-inputs.ts';

export type { ReconcileBrokerInput, Reconciliation };

/** An account whose broker could not be asked. */
export interface NotReconciled extends ReconcilableAccount {
  readonly code: string;
  readonly reason: string;
}

export interface ReconcileBrokerResult {
  readonly reconciled: readonly Reconciliation[];
  readonly failed: readonly NotReconciled[];
}
