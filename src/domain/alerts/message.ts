import type { AlertKind, Severity } from './alert.ts';

/** An alert as it is told. */
export interface TellableAlert {
  readonly alertId: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly subject: string;
  readonly text: string;
  readonly strategyId: string | null;
  readonly strategySlug: string | null;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly workflowId: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly count: number;
}

/** The first line, at most 200 characters: severity, subject, and how often. */
export function headlineOf({ severity, subject, count }: TellableAlert, toldBefore: number): string {
  const repeated =
    toldBefore > 0 ? ` (${count - toldBefore} more since it was told)` : count > 1 ? ` (${count} times)` : '';
  return `[${severity}] ${subject.slice(0, 150)}${repeated}`;
}

/** The lines below the headline, for people. */
export function bodyOf(alert: TellableAlert): string {
  const { text, strategySlug, accountName, workflowId, kind, firstSeenAt, lastSeenAt, count, alertId } = alert;
  const lines = [
    text,
    '',
    ...(strategySlug === null ? [] : [`strategy: ${strategySlug}`]),
    ...(accountName === null ? [] : [`account: ${accountName}`]),
    ...(workflowId === null ? [] : [`workflow: ${workflowId}`]),
    `event: ${kind}, ${firstSeenAt.toISOString()}`,
    ...(count > 1 ? [`seen ${count} times, last ${lastSeenAt.toISOString()}`] : []),
    `alert: ${alertId}`,
  ];
  return lines.join('\n');
}
