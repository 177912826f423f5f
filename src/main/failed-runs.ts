import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { AlertKind } from '../domain/alerts/alert.ts';
import type { AlertBooks } from '../ports/alerts.ts';
import type { Clock } from '../ports/clock.ts';

/** Between two looks. */
const EVERY_MS = 10_000;
/** What ended while every process was away for longer is found in the list of workflows, and is no alert. */
const LOOK_BACK_MS = 24 * 60 * 60_000;
/** Runs of one look; the newest come first. */
const MAX_LOOKED_AT = 200;

/**
 * Alerts of runs that ended badly without a word from their own steps: what failed before it had a task, timed out or was
 * terminated. It asks Temporal, which knows of all of them, whatever killed the process that ran them.
 */
export function createFailedRunWatch(ports: {
  readonly client: Client;
  readonly alerts: AlertBooks;
  readonly clock: Clock;
}): () => Promise<void> {
  const { client, alerts, clock } = ports;
  let lookedAt = 0;
  let seen = new Set<string>();
  return async () => {
    const now = clock.now();
    if (now.getTime() - lookedAt < EVERY_MS) return;
    lookedAt = now.getTime();
    const since = new Date(now.getTime() - LOOK_BACK_MS).toISOString();
    // Deliveries have alerts of their own, and must not make more of them.
    const query = `ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated') AND CloseTime > '${since}' AND WorkflowType != 'deliverAlert'`;
    const looked = new Set<string>();
    for await (const run of client.workflow.list({ query })) {
      if (looked.size >= MAX_LOOKED_AT) break;
      looked.add(run.runId);
      if (seen.has(run.runId)) continue;
      const alert = describe(run);
      // A failed job has said so itself, in the words of its task.
      const isKnown = await alerts.isRaised([alert.dedupeKey, `run_failed/${run.workflowId}`]);
      if (!isKnown) await alerts.raise({ ...alert, at: now });
    }
    seen = looked;
  };
}

function describe(run: WorkflowExecutionInfo) {
  const { workflowId, runId, type, status } = run;
  const [strategyId] = (run.searchAttributes?.FoliosStrategyId ?? []) as readonly string[];
  const [accountId] = (run.searchAttributes?.FoliosAccountId ?? []) as readonly string[];
  return {
    kind: AlertKind.runFailed,
    subject: `${type} ended as ${status.name.toLowerCase()}: ${workflowId}`,
    text: `run ${runId}, ended ${run.closeTime?.toISOString() ?? 'lately'}; its lineage says why`,
    strategyId: strategyId ?? null,
    accountId: accountId ?? null,
    workflowId,
    dedupeKey: `run_failed/${workflowId}/${runId}`,
  };
}
