import type { Client } from '@temporalio/client';

/** How many workflows and activities one run consists of. */
export interface RunShape {
  readonly workflows: number;
  readonly activities: number;
}

/** Counts a workflow, its children and theirs, and all their activities, from their histories. */
export async function shapeOf(client: Client, workflowId: string): Promise<RunShape> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const shape = { workflows: 1, activities: 0 };
  for (const event of events ?? []) {
    if (event.activityTaskScheduledEventAttributes) shape.activities += 1;
    const childId = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
    if (!childId) continue;
    const child = await shapeOf(client, childId);
    shape.workflows += child.workflows;
    shape.activities += child.activities;
  }
  return shape;
}
