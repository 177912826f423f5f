/** How much an alert matters. Critical ones pass quiet hours. */
export const Severity = { info: 'info', warning: 'warning', critical: 'critical' } as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

export const SEVERITIES: readonly Severity[] = [Severity.info, Severity.warning, Severity.critical];

/** What an alert is about. */
export const AlertKind = {
  runFailed: 'run_failed',
  orderDenied: 'order_denied',
  orderRejected: 'order_rejected',
  orderUnknown: 'order_unknown',
  reportKept: 'report_kept',
  booksDiffer: 'books_differ',
  connectionLost: 'connection_lost',
  connectionRestored: 'connection_restored',
  approvalExpired: 'approval_expired',
  budgetExhausted: 'budget_exhausted',
  switchTurned: 'switch_turned',
  deliveryFailed: 'delivery_failed',
  test: 'test',
} as const;
export type AlertKind = (typeof AlertKind)[keyof typeof AlertKind];

export const ALERT_KINDS: readonly AlertKind[] = Object.values(AlertKind);

const MINUTE_MS = 60_000;

interface KindFacts {
  readonly severity: Severity;
  /** In which the same key again is counted instead of told at once. */
  readonly windowMs: number;
}

/** The severity and the deduplication window of each kind. */
export const KIND_FACTS: Readonly<Record<AlertKind, KindFacts>> = {
  run_failed: { severity: Severity.warning, windowMs: 60 * MINUTE_MS },
  order_denied: { severity: Severity.warning, windowMs: 5 * MINUTE_MS },
  order_rejected: { severity: Severity.warning, windowMs: 5 * MINUTE_MS },
  order_unknown: { severity: Severity.critical, windowMs: 60 * MINUTE_MS },
  report_kept: { severity: Severity.critical, windowMs: 5 * MINUTE_MS },
  books_differ: { severity: Severity.critical, windowMs: 60 * MINUTE_MS },
  connection_lost: { severity: Severity.critical, windowMs: 5 * MINUTE_MS },
  connection_restored: { severity: Severity.info, windowMs: 5 * MINUTE_MS },
  approval_expired: { severity: Severity.warning, windowMs: 5 * MINUTE_MS },
  budget_exhausted: { severity: Severity.warning, windowMs: 24 * 60 * MINUTE_MS },
  switch_turned: { severity: Severity.critical, windowMs: MINUTE_MS },
  delivery_failed: { severity: Severity.warning, windowMs: 60 * MINUTE_MS },
  test: { severity: Severity.info, windowMs: 0 },
};

/** What is written where something happens that a person should know of. */
export interface NewAlert {
  readonly kind: AlertKind;
  /** That of the kind when absent. */
  readonly severity?: Severity;
  /** One line. */
  readonly subject: string;
  /** The reason, in words. */
  readonly text: string;
  readonly strategyId: string | null;
  readonly accountId: string | null;
  /** The workflow in which it happened, for its lineage. */
  readonly workflowId: string | null;
  /** The same key within the kind's window is the same alert once more. */
  readonly dedupeKey: string;
  readonly at: Date;
}

/** Whether `severity` is at least `least`. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
