import type { DataConverter } from '@temporalio/common';
import {
  type NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkerPlugin,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { Config } from '../config.ts';
import { brokerTaskQueue, llmTaskQueue, WORKFLOW_TASK_QUEUE } from '../contracts/task-queues.ts';
import { PROVIDER_NAMES } from '../domain/research/provider.ts';
import { type Activities, createActivities, type Services } from './services.ts';

/** A real provider is asked at most this often per second, over all workers; emulators are not held back. */
const REAL_PROVIDER_CALLS_PER_SECOND = 10;
/** Cached workflows cost memory; beyond this many the least recently used is replayed when it is needed again. */
const MAX_CACHED_WORKFLOWS = 600;

export interface RunningWorkers {
  /** Ends when the workers have stopped; fails if one of them fails. */
  readonly done: Promise<void>;
  /** Lets short activities finish, then stops. */
  stop(): Promise<void>;
}

/** One worker per task queue: workflows, each provider, the broker. */
export async function startWorkers(
  config: Config,
  services: Services,
  temporal: {
    connection: NativeConnection;
    namespace: string;
    dataConverter?: DataConverter;
    workflowBundle: WorkflowBundleOption;
    plugins?: readonly WorkerPlugin[];
    sinks?: NonNullable<WorkerOptions['sinks']>;
  },
  activities: Activities = createActivities(config, services),
): Promise<RunningWorkers> {
  const { connection, namespace, dataConverter, workflowBundle, sinks, plugins = [] } = temporal;
  const shared = {
    connection,
    namespace,
    plugins: [...plugins],
    ...(dataConverter ? { dataConverter } : {}),
    // Longer than the longest short activity, so that a restart interrupts only calls that may take minutes.
    shutdownGraceTime: '15 seconds',
    shutdownForceTime: '20 seconds',
  } satisfies Partial<WorkerOptions>;

  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: WORKFLOW_TASK_QUEUE,
      workflowBundle,
      ...(sinks ? { sinks } : {}),
      activities: activities.workflows,
      reuseV8Context: true,
      maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
      // How long work waits for a worker that died before another takes it up.
      stickyQueueScheduleToStartTimeout: '2 seconds',
      maxConcurrentActivityTaskExecutions: 50,
    }),
    ...PROVIDER_NAMES.map((provider) =>
      Worker.create({
        ...shared,
        taskQueue: llmTaskQueue(provider),
        activities: activities.llm,
        maxConcurrentActivityTaskExecutions: 20,
        ...(config.providers[provider].simulated
          ? {}
          : { maxTaskQueueActivitiesPerSecond: REAL_PROVIDER_CALLS_PER_SECOND }),
      }),
    ),
    Worker.create({ ...shared, taskQueue: brokerTaskQueue('paper'), activities: activities.broker }),
  ]);
  const done = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  const stop = async () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await done.catch(() => undefined);
  };
  // One worker's failure stops its siblings: a process that serves only some queues would look alive.
  done.catch(() => stop());
  return { done, stop };
}
