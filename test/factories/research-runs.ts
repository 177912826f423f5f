import { randomUUID } from 'node:crypto';
import { jobKey } from '../../activities/provider-job/job-key.ts';
import { taskIdOf } from '../../db/ids.ts';
import type { ResearchStrategy, StrategyProvider } from '../../src/contracts/schemas/strategy.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../src/domain/research/provider.ts';
import type { Services } from '../../src/main/services.ts';
import type { ProviderOutcome } from '../../workflows/research-run/messages.ts';
import type { ResearchHarness } from './research-harness.ts';

const MODELS: Readonly<Record<ProviderName, string>> = {
  openai: 'gpt-4.1-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
};

/** All three providers in one mode. */
export function allIn(mode: 'batch' | 'direct'): StrategyProvider[] {
  return PROVIDER_NAMES.map((provider) => ({ provider, mode, model: MODELS[provider], maxOutputTokens: 8192 }));
}

/** Stores a strategy like Dreman's with the changes given, and returns its slug. Its slug is new unless one is given. */
export async function saveStrategy(services: Services, changes: Partial<ResearchStrategy> = {}): Promise<string> {
  const model = await services.strategies.find('dreman-contrarian');
  if (!model) throw new Error('the strategy library is not loaded');
  const slug = `test-${randomUUID().slice(0, 8)}`;
  const { record } = await services.strategies.save({ ...model.document, slug, active: false, ...changes });
  return record.document.slug;
}

/** The ids that a run will have, known before it starts, so that faults can be armed for one job of it alone. */
export function runIds(requestGroupId: string = randomUUID()) {
  const taskId = (provider: ProviderName) => taskIdOf(requestGroupId, provider);
  return {
    requestGroupId,
    taskId,
    /** What stands in the payload of this provider's batch of a round, and in no other. */
    key: (provider: ProviderName, round = 0) => jobKey({ taskId: taskId(provider), round }),
    /** What stands in the payloads of all rounds of this provider's task, and in no other. */
    everyRound: (provider: ProviderName) => jobKey({ taskId: taskId(provider), round: 0 }).slice(0, -1),
  };
}
export type RunIds = ReturnType<typeof runIds>;

/** Runs a strategy to its end; a run of which every provider failed gives its outcomes, too. */
export async function runToEnd(
  harness: ResearchHarness,
  strategyId: string,
  { requestGroupId }: RunIds = runIds(),
  more: { providers?: ProviderName[]; force?: boolean } = {},
): Promise<Readonly<Record<ProviderName, ProviderOutcome>>> {
  const input = { strategyId, requestGroupId, force: true, ...more };
  const { handle } = await harness.folios.startResearchRun(input);
  await handle.result().catch(() => undefined);
  const outcomes = await handle.query<readonly ProviderOutcome[]>('outcomes');
  return Object.fromEntries(outcomes.map((one) => [one.provider, one])) as Record<ProviderName, ProviderOutcome>;
}

/** The text of a task's newest file of this name. */
export async function readTaskFile(services: Services, taskId: string, name: string): Promise<string> {
  const file = (await services.research.listArtifacts(taskId)).findLast((one) => one.name === name);
  if (!file) throw new Error(`task ${taskId} has no file ${name}`);
  return new TextDecoder().decode(await services.artifacts.get(file));
}
