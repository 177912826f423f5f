import type { ProviderName } from '../domain/research/provider.ts';

/** Workflows, and the short activities that touch only our database and artifact store. */
export const WORKFLOW_TASK_QUEUE = 'folios';

/** Calls to one LLM provider; a queue of its own so that its rate limit holds across all workers. */
export function llmTaskQueue(provider: ProviderName): string {
  return `folios-llm-${provider}`;
}

/** Orders to one broker. */
export function brokerTaskQueue(broker: 'paper'): string {
  return `folios-broker-${broker}`;
}

/** Orders of one trading account; only the process that owns its broker session polls it. */
export function accountTaskQueue(accountId: string): string {
  return `broker.${accountId}`;
}
