import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ProviderJobPorts } from '../../activities/provider-job/ports.ts';
import { createJobProviderActivities } from '../../activities/provider-job/provider.ts';
import type { JobProviderActivities } from '../../src/contracts/activities/provider-job.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import type { ResearchStrategy } from '../../src/contracts/schemas/strategy.ts';
import type { ProviderMode } from '../../src/domain/research/provider.ts';
import { TaskState } from '../../src/domain/research/task-state.ts';
import type { ReservationAnswer } from '../../src/ports/budgets.ts';
import type { LlmBatchProvider, LlmDirectProvider } from '../../src/ports/llm-provider.ts';
import type { ArtifactRecord, SubmissionIntent, TaskRecord, UsageRecord } from '../../src/ports/repositories.ts';
import { portDouble } from './port-double.ts';

export const taskId = '0a4cf1a2-2f1c-4f0e-9d0f-0b8f6a4f7a11';
export const round = { taskId, round: 0 };
export const now = new Date('2026-11-21T12:00:00Z');
const logger = new DefaultLogger('ERROR');
export const timings = { pollIntervalMs: 1000, pollMaxIntervalMs: 60_000, submitQuietMs: 20_000, jobTimeoutMs: 1 };
const answerJson = JSON.stringify({ recommendations: [] });

/** One task with its intent, and a provider that does what the test says. */
export function jobWith(more: {
  mode?: ProviderMode;
  intent?: Partial<SubmissionIntent> | null;
  state?: TaskState;
  batch?: Partial<LlmBatchProvider>;
  ask?: LlmDirectProvider['ask'];
  isStoreFull?: boolean;
  usage?: UsageRecord[];
  /** What the budget answers; without it, every call is granted. */
  budget?: ReservationAnswer;
  files?: Partial<ArtifactRecord>[];
  /** What the database answers; without it, every id is recorded. */
  recordSubmission?: () => Promise<void>;
  /** The id that a slower call recorded in the meantime. */
  recordedMeanwhile?: string;
}) {
  const task = {
    taskId,
    provider: 'openai',
    mode: more.mode ?? 'batch',
    model: 'gpt-4.1-mini',
    state: more.state ?? TaskState.running,
    requestId: 'r',
  };
  let intent = {
    ...round,
    key: 'k',
    itemCount: 1,
    payload: { uri: 'artifacts/p', sha256: 'f'.repeat(64), bytes: 2, mediaType: 'x' },
    model: 'gpt-4.1-mini',
    intendedAt: now,
    attemptedAt: null,
    attempts: 0,
    providerJobId: null,
    ...more.intent,
  } as SubmissionIntent;
  const usage = new Map((more.usage ?? []).map((one) => [one.callId, one]));
  const transitions: string[] = [];
  const released: string[] = [];
  const ports: ProviderJobPorts = {
    research: portDouble<ProviderJobPorts['research']>({
      findTask: async () => task as TaskRecord,
      findIntent: async () => (more.intent === null ? null : intent),
      findRound: async () => ({ task: task as TaskRecord, intent: more.intent === null ? null : intent }),
      markAttempt: async () => {
        intent = { ...intent, attempts: intent.attempts + 1, attemptedAt: now };
        return intent;
      },
      recordSubmission: async (_id, _round, providerJobId) => {
        if (more.recordedMeanwhile !== undefined) {
          intent = { ...intent, providerJobId: more.recordedMeanwhile };
          if (providerJobId !== more.recordedMeanwhile) throw new FoliosError('TASK_STATE_CONFLICT', 'it has another');
        }
        await more.recordSubmission?.();
        transitions.push(`submitted ${providerJobId}`);
      },
      transition: async (_id, event, facts) => {
        transitions.push(`${event} ${facts.providerJobId ?? ''}`.trim());
      },
      isClaimed: async () => false,
      recordArtifacts: async () => undefined,
      listArtifacts: async () => (more.files ?? []) as ArtifactRecord[],
    }),
    usage: portDouble<ProviderJobPorts['usage']>({
      put: async (record) => void usage.set(record.callId, record),
      listByTask: async () => [...usage.values()],
    }),
    budgets: portDouble<ProviderJobPorts['budgets']>({
      reserve: async () => more.budget ?? { granted: true },
      release: async (callId) => void released.push(callId),
    }),
    artifacts: portDouble<ProviderJobPorts['artifacts']>({
      get: async () => new TextEncoder().encode(more.files ? answerJson : '{"items":[]}'),
      put: async (path, bytes, mediaType) => ({ uri: path, sha256: 'a'.repeat(64), bytes: bytes.length, mediaType }),
      check: async () => {
        if (more.isStoreFull) throw new FoliosError('ARTIFACT_STORE_FULL', 'no space left');
      },
    }),
    providers: {
      batch: () => portDouble<LlmBatchProvider>(more.batch ?? {}),
      direct: () => portDouble<LlmDirectProvider>(more.ask ? { ask: more.ask } : {}),
    },
    strategies: portDouble<ProviderJobPorts['strategies']>({
      document: async () => ({ universe: [] as string[], providers: [] as object[] }) as ResearchStrategy,
    }),
    portfolio: portDouble<ProviderJobPorts['portfolio']>({}),
    marketTable: async () => [],
    templates: portDouble<ProviderJobPorts['templates']>({}),
    clock: { now: () => now },
    timings: () => timings,
  };
  const activities = createJobProviderActivities(ports);
  const run = <K extends keyof JobProviderActivities>(name: K, ...args: Parameters<JobProviderActivities[K]>) =>
    new MockActivityEnvironment({}, { logger }).run(
      activities[name] as (...args: unknown[]) => Promise<unknown>,
      ...args,
    );
  return { run, usage, transitions, released };
}
