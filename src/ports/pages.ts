import type { OrderState } from '../domain/orders/order-state.ts';
import type { ProviderName } from '../domain/research/provider.ts';
import type { TaskState } from '../domain/research/task-state.ts';
import type { ListedOrder } from './order-listing.ts';
import type { ExecutionRecord, TaskRecord } from './repositories.ts';

/** Part of a list, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The id after which the next page begins; null on the last one. */
  readonly next: string | null;
}

interface PageQuestion {
  /** The id of the last item of the page before; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** What is left out is not asked for. */
export interface OrderPageQuestion extends PageQuestion {
  /** Null for all accounts. */
  readonly accountIds: readonly string[] | null;
  readonly ticketId?: string | undefined;
  readonly states?: readonly OrderState[] | undefined;
  /** The symbol of the share, or of the options' underlying. */
  readonly symbol?: string | undefined;
  /** How the order's id or its ticket's id begins. */
  readonly idPrefix?: string | undefined;
}

export interface TaskPageQuestion extends PageQuestion {
  /** Null for all strategies. */
  readonly strategyIds: readonly string[] | null;
  readonly states?: readonly TaskState[] | undefined;
  readonly provider?: ProviderName | undefined;
  readonly requestGroupId?: string | undefined;
  /** Succeeded and not yet executed. */
  readonly ready?: boolean | undefined;
}

/** Lists that grow without bound, a page at a time; a page costs the same wherever it lies. */
export interface Pages {
  /** By (created at, id). */
  orders(question: OrderPageQuestion): Promise<Page<ListedOrder>>;
  tasks(question: TaskPageQuestion): Promise<Page<TaskRecord>>;
  /** Of one account, by (executed at, execution id). */
  executions(question: PageQuestion & { readonly accountId: string }): Promise<Page<ExecutionRecord>>;
}
