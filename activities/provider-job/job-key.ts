import type { JobRound } from '../../src/contracts/activities/provider-job.ts';
import type { LlmItem } from '../../src/ports/llm-provider.ts';

/** Our key of one round's job at the provider: unique, short, and allowed as a custom id by every provider. */
export function jobKey({ taskId, round }: JobRound): string {
  return `f${taskId.replaceAll('-', '')}r${round}`;
}

/** A research job asks one question. */
export function itemId(key: string): LlmItem['customId'] {
  return `${key}-0`;
}
