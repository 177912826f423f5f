import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';

const { falter } = proxyActivities<{ falter(artifact: object): Promise<object> }>({
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '10 milliseconds', maximumAttempts: 3 },
  summary: 'works at the second attempt',
});

export const nod = defineSignal<[{ by: string }]>('nod');
export const approve = defineUpdate<string, [{ by: string; reason: string }]>('approve');

/** Has every kind of event that lineage tells of; `rounds` is how often it begins anew. */
export async function eventful(rounds: number): Promise<string> {
  let isApproved = false;
  setHandler(nod, () => undefined);
  setHandler(approve, ({ reason }) => {
    if (reason === '') throw ApplicationFailure.nonRetryable('say why', 'INPUT_INVALID');
    isApproved = true;
    return 'thanks';
  });
  if (rounds > 0) {
    await sleep(5, { summary: 'a short rest' });
    await continueAsNew<typeof eventful>(rounds - 1);
  }
  await condition(() => isApproved, '1 hour');
  patched('a change');
  const ref = { uri: 'artifacts/a/b/c.txt', sha256: 'b'.repeat(64), bytes: 1, mediaType: 'text/plain' };
  await falter({ file: ref });
  const { workflowId } = workflowInfo();
  for (const [name, args] of [
    ['failing', []],
    ['sleeping', []],
  ] as const) {
    const options = { workflowId: `${workflowId}/${name}`, args, workflowRunTimeout: '1 second' };
    await executeChild(name, options).catch(() => undefined);
  }
  const left = await startChild('lasting', {
    ...{ workflowId: `${workflowId}/lasting`, parentClosePolicy: ParentClosePolicy.TERMINATE },
    cancellationType: ChildWorkflowCancellationType.ABANDON,
  });
  await startChild('lasting', { workflowId: `${workflowId}/lasting` }).catch(() => undefined);
  await left.signal(nod, { by: 'the parent' });
  await getExternalWorkflowHandle('nobody')
    .signal(nod, { by: 'the parent' })
    .catch(() => undefined);
  return 'done';
}

export async function failing(): Promise<void> {
  throw ApplicationFailure.nonRetryable('it cannot be done', 'JOB_FAILED', { why: 'x' });
}

export async function sleeping(): Promise<void> {
  await sleep('1 hour');
}

export async function lasting(): Promise<void> {
  setHandler(nod, () => undefined);
  await sleep('1 hour');
}
