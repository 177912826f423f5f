import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { PayloadKeyReport, PayloadKeys, PayloadKeyUse } from '../../ports/payload-keys.ts';
import { encryptedWith } from './payload-codec.ts';

/** Histories read at once. */
const MAX_CONCURRENT = 10;

/** Payloads of one workflow or schedule, by the id of their key; null stands for those that are not encrypted. */
type KeyIds = ReadonlySet<string | null>;

/** Reads which of the configured keys (the first encrypts), and which others, stand in Temporal. */
export function createPayloadKeys(client: Client, configured: readonly string[]): PayloadKeys {
  return {
    async report(maxWorkflows) {
      const { workflows, isComplete } = await openWorkflows(client, maxWorkflows);
      const [ofWorkflows, ofSchedules] = await Promise.all([
        inTurn(workflows, (one) => keysOfWorkflow(client, one)),
        keysOfSchedules(client),
      ]);
      return summary(configured, ofWorkflows, ofSchedules, isComplete);
    },
  };
}

function summary(
  configured: readonly string[],
  ofWorkflows: readonly KeyIds[],
  ofSchedules: readonly KeyIds[],
  isComplete: boolean,
): PayloadKeyReport {
  const seen = [...ofWorkflows, ...ofSchedules].flatMap((ids) => [...ids]).filter((id) => id !== null);
  const having = (all: readonly KeyIds[], id: string | null) => all.filter((ids) => ids.has(id)).length;
  const keys = [...new Set([...configured, ...seen])].map(
    (id): PayloadKeyUse => ({
      id,
      role: id === configured[0] ? 'encrypts' : configured.includes(id) ? 'decrypts' : 'missing',
      openWorkflows: having(ofWorkflows, id),
      schedules: having(ofSchedules, id),
    }),
  );
  return { keys, examinedWorkflows: ofWorkflows.length, isComplete, plainWorkflows: having(ofWorkflows, null) };
}

interface OpenWorkflow {
  readonly workflowId: string;
  readonly runId: string;
}

async function openWorkflows(
  client: Client,
  max: number,
): Promise<{ workflows: readonly OpenWorkflow[]; isComplete: boolean }> {
  const workflows: OpenWorkflow[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    if (workflows.length === max) return { workflows, isComplete: false };
    workflows.push({ workflowId, runId });
  }
  return { workflows, isComplete: true };
}

async function keysOfWorkflow(client: Client, { workflowId, runId }: OpenWorkflow): Promise<KeyIds> {
  try {
    return keyIdsIn(await client.workflow.getHandle(workflowId, runId).fetchHistory());
  } catch (error) {
    // It has ended and is forgotten since it was listed.
    if (error instanceof WorkflowNotFoundError) return new Set();
    throw error;
  }
}

/** As Temporal stores them: reading them through the data converter would need the keys that are asked about. */
async function keysOfSchedules(client: Client): Promise<readonly KeyIds[]> {
  const { namespace } = client.options;
  const scheduleIds: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) scheduleIds.push(scheduleId);
  return await inTurn(scheduleIds, async (scheduleId) =>
    keyIdsIn((await client.workflowService.describeSchedule({ namespace, scheduleId })).schedule?.action),
  );
}

function keyIdsIn(part: unknown, found = new Set<string | null>()): KeyIds {
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return found;
  const keyId = encryptedWith(part);
  if (keyId !== undefined) found.add(keyId);
  else for (const one of Object.values(part)) keyIdsIn(one, found);
  return found;
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += MAX_CONCURRENT) {
    results.push(...(await Promise.all(items.slice(at, at + MAX_CONCURRENT).map(work))));
  }
  return results;
}
