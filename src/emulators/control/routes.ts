import { z } from 'zod';
import type { Engine, ProviderApp } from '../engine/engine.ts';
import type { StoredBatch } from '../engine/store.ts';
import { batchAt, isOpen } from '../engine/timeline.ts';
import { VendorRefusal } from '../engine/vendor-refusal.ts';
import { faultSchema } from './faults.ts';
import { parseBody } from './request-body.ts';
import type { BatchSummary, EmulatorState } from './state.ts';

const LISTED_CUSTOM_IDS = 1000;

const latencySchema = z.strictObject({
  latencyMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .optional(),
  directLatencyMs: z.int().min(0).max(86_400_000).optional(),
  /** Also gives the batches that are still open the new latency, counted from their creation. */
  openBatches: z.boolean().default(false),
});

/** `/_control`: what the emulator took, and the faults and latency that it shall have. Needs no key; JSON throughout. */
export function addControlRoutes(app: ProviderApp, engine: Engine): void {
  app.get('/_control/state', async () => stateOf(engine));
  app.get('/_control/faults', async () => ({ faults: engine.faults.list() }));
  app.post('/_control/faults', async (request) => {
    engine.faults.arm(parseBody(faultSchema, request.body, refusal));
    return { faults: engine.faults.list() };
  });
  app.delete('/_control/faults', async () => {
    engine.faults.disarmAll();
    return { faults: [] };
  });
  app.post('/_control/latency', async (request) => {
    const wanted = parseBody(latencySchema, request.body, refusal);
    if (wanted.latencyMs !== undefined) engine.latency.batchMs = wanted.latencyMs;
    if (wanted.directLatencyMs !== undefined) engine.latency.directMs = wanted.directLatencyMs;
    if (wanted.openBatches) applyToOpenBatches(engine);
    return { latencyMs: engine.latency.batchMs, directLatencyMs: engine.latency.directMs };
  });
  app.post('/_control/reset', async () => {
    engine.faults.disarmAll();
    engine.store.clear();
    engine.log.clear();
    return { reset: true };
  });
}

function applyToOpenBatches(engine: Engine): void {
  for (const batch of engine.store.batches()) {
    if (!isOpen(batchAt(batch, engine.now()).phase)) continue;
    engine.store.putBatch({ ...batch, latencyMs: engine.latency.batchMs });
  }
}

function stateOf(engine: Engine): EmulatorState {
  return {
    provider: engine.provider,
    simulated: true,
    seed: engine.seed,
    latencyMs: engine.latency.batchMs,
    directLatencyMs: engine.latency.directMs,
    faults: engine.faults.list(),
    batches: engine.store
      .batches()
      .reverse()
      .map((batch) => summaryOf(batch, engine.now())),
    files: engine.store
      .files()
      .reverse()
      .map(({ id, name, bytes, createdAtMs }) => ({ id, name, bytes, createdAt: new Date(createdAtMs).toISOString() })),
    directCalls: engine.log.direct(),
    directCallCount: engine.log.directCount(),
    calls: engine.log.byOperation(),
    recentCalls: engine.log.http(),
  };
}

function summaryOf(batch: StoredBatch, nowMs: number): BatchSummary {
  const { metadata, displayName, inputFileName } = batch.facts;
  return {
    id: batch.id,
    createdAt: new Date(batch.createdAtMs).toISOString(),
    status: batchAt(batch, nowMs).phase,
    model: batch.model,
    itemCount: batch.items.length,
    customIds: batch.items.slice(0, LISTED_CUSTOM_IDS).map((item) => item.key),
    metadata: metadata ?? null,
    displayName: typeof displayName === 'string' ? displayName : null,
    inputFileName: typeof inputFileName === 'string' ? inputFileName : null,
    outcome: batch.outcome ?? batch.items.find((item) => item.outcome !== null)?.outcome ?? null,
  };
}

function refusal(problems: string): VendorRefusal {
  return new VendorRefusal(400, problems, { error: { message: problems } });
}
