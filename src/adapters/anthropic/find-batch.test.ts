import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import { describe, expect, test } from '@jest/globals';
import type { BatchIntent } from '../../ports/llm-provider.ts';
import { findBatch, isCandidate } from './find-batch.ts';

const INTENT: BatchIntent = {
  key: 'task7-r0',
  model: 'm',
  itemCount: 2,
  payloadSha256: '',
  intendedAt: '2026-01-02T10:00:00Z',
};

function batchOf(id: string, more: Partial<MessageBatch> = {}): MessageBatch {
  return {
    id,
    created_at: '2026-01-02T10:00:01Z',
    processing_status: 'ended',
    request_counts: { processing: 0, succeeded: 1, errored: 1, canceled: 0, expired: 0 },
    results_url: 'u',
    ...more,
  } as MessageBatch;
}

function find(batches: readonly MessageBatch[], firstIds: Record<string, string>, claimed: readonly string[] = []) {
  const candidates = batches.filter((batch) => isCandidate(INTENT, batch));
  return findBatch(INTENT, candidates, {
    isClaimed: async (id) => claimed.includes(id),
    firstCustomId: async (batch) => firstIds[batch.id] ?? null,
  });
}

describe('finding an Anthropic batch', () => {
  test('takes the ended batch whose results carry the key, also past open candidates', async () => {
    const batches = [batchOf('open', { processing_status: 'in_progress' }), batchOf('other'), batchOf('ours')];
    expect(await find(batches, { other: 'task8-r0-i0', ours: 'task7-r0-i1' })).toEqual({
      kind: 'found',
      providerJobId: 'ours',
    });
  });

  test('is undecided while a candidate is open or its results are out of reach', async () => {
    const counts = { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    const open = batchOf('open', { processing_status: 'canceling', request_counts: counts });
    expect(await find([open], {})).toMatchObject({ kind: 'undecided', reason: expect.stringContaining('open') });
    expect(await find([batchOf('mute')], {})).toMatchObject({ kind: 'undecided' });
  });

  test('is absent where every batch is claimed, older than the intent, of another size or of another key', async () => {
    const counts = { processing: 3, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    const batches = [
      batchOf('claimed', { processing_status: 'in_progress' }),
      batchOf('older', { created_at: '2026-01-02T09:54:59Z' }),
      batchOf('larger', { processing_status: 'in_progress', request_counts: counts }),
      batchOf('other'),
    ];
    expect(await find(batches, { older: 'task7-r0-i0', other: 'task7-r1-i0' }, ['claimed'])).toEqual({
      kind: 'absent',
    });
  });

  test('forgives the provider a clock that runs a little behind ours', async () => {
    const behind = batchOf('ours', { created_at: '2026-01-02T09:56:00Z' });
    expect(await find([behind], { ours: 'task7-r0-i0' })).toMatchObject({ kind: 'found' });
  });
});
