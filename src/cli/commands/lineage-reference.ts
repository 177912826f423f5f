import { FoliosError } from '../../contracts/errors.ts';
import { workflowIds } from '../../contracts/workflow-ids.ts';
import type { CliContext } from '../context.ts';
import { resolveOrderOrTicket } from '../references/order-reference.ts';

const PREFIX = /^[0-9a-f-]{8,36}$/;
/** `<ticketId>/<n>`, as brokers show an order. */
const ORDER_REF = /^[0-9a-f]{8}-[0-9a-f-]{27}\/\S{1,40}$/;
/** A workflow's id, as the Web UI shows it. */
const WORKFLOW_ID = /^[a-z][a-z-]{0,40}(\/[^\s/]{1,200}){0,4}$/;
const SEARCHED_TASKS = 10_000;

/**
 * The workflow that is meant: by its own id (`research/…`), or by what people see of a run, a task, a ticket or an order,
 * whole or its first 8 or more characters. INPUT_INVALID where several fit, RESOURCE_NOT_FOUND where none does.
 */
export async function resolveExecution(
  context: Pick<CliContext, 'research' | 'orders'>,
  reference: string,
): Promise<string> {
  const wanted = reference.toLowerCase();
  if (ORDER_REF.test(wanted)) return workflowIds.executeTicket(wanted.slice(0, 36));
  if (!PREFIX.test(wanted)) {
    if (WORKFLOW_ID.test(reference)) return reference;
    const message = `"${reference}" is not the id of a run, a task, a ticket, an order or a workflow, nor its first 8 characters`;
    throw new FoliosError('INPUT_INVALID', message);
  }
  const found = [...(await fromTasks(context, wanted))];
  // A research ticket has its task's id, and the task is what is meant: its job says what became of it.
  if (found.length === 0) found.push(...(await fromOrders(context, reference)));
  const [only] = found;
  if (only === undefined) {
    throw new FoliosError('RESOURCE_NOT_FOUND', `no run, task, ticket or order has an id that begins with ${wanted}`);
  }
  if (found.length === 1) return only;
  const candidates = found.slice(0, 10);
  throw new FoliosError('INPUT_INVALID', `${found.length} ids begin with ${wanted}: ${candidates.join(', ')}`, {
    candidates,
  });
}

async function fromTasks({ research }: Pick<CliContext, 'research'>, prefix: string): Promise<ReadonlySet<string>> {
  const tasks = await research.listTasks({ limit: SEARCHED_TASKS });
  return new Set(
    tasks.flatMap(({ taskId, requestGroupId }) => [
      ...(requestGroupId.startsWith(prefix) ? [workflowIds.researchRun(requestGroupId)] : []),
      ...(taskId.startsWith(prefix) ? [workflowIds.providerJob(taskId)] : []),
    ]),
  );
}

async function fromOrders({ orders }: Pick<CliContext, 'orders'>, reference: string): Promise<readonly string[]> {
  try {
    const { ticketId } = await resolveOrderOrTicket(orders, reference);
    return [workflowIds.executeTicket(ticketId)];
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ORDER_NOT_FOUND') return [];
    throw error;
  }
}
