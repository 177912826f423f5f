import type { Engine } from '../engine/engine.ts';
import { type SettledItem, settleItems } from '../engine/settle.ts';
import type { StoredBatch } from '../engine/store.ts';
import { type BatchMoment, batchAt, isOpen } from '../engine/timeline.ts';
import { answerBody, usageOf } from './answers.ts';
import { type Endpoint, readQuestion } from './questions.ts';
import { openAiVoice } from './voice.ts';

const WINDOW_SECONDS = 24 * 3600;

const STATUS: Readonly<Record<BatchMoment['phase'], string>> = {
  validating: 'validating',
  working: 'in_progress',
  finalizing: 'finalizing',
  cancelling: 'cancelling',
  ended: 'completed',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
};

/** Result files are not stored: they follow from the batch, whose id stands in theirs. */
const RESULT_FILE = /^file-(output|error)-([0-9a-f]{24})$/;

function resultFileId(kind: 'output' | 'error', batch: StoredBatch): string {
  return `file-${kind}-${batch.id.slice('batch_'.length)}`;
}

/** Seconds since 1970, as OpenAI writes times; null stays null. */
function seconds(millis: number | null): number | null {
  return millis === null ? null : Math.floor(millis / 1000);
}

/** A batch object as it stands now. */
export async function batchObject(engine: Engine, batch: StoredBatch): Promise<unknown> {
  const moment = batchAt(batch, engine.now());
  const items = await itemsOf(engine, batch, moment);
  const answered = items?.filter((one) => one.kind === 'answered') ?? [];
  const unanswered = (items?.length ?? 0) - answered.length;
  const ended = (phase: BatchMoment['phase']) => (moment.phase === phase ? seconds(moment.endedAtMs) : null);
  const failedValidation = moment.phase === 'failed';
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.facts.endpoint,
    model: batch.model === '' ? null : batch.model,
    errors: failedValidation ? { object: 'list', data: errorsOf(batch) } : null,
    input_file_id: batch.facts.inputFileId,
    completion_window: '24h',
    status: STATUS[moment.phase],
    output_file_id: answered.length > 0 ? resultFileId('output', batch) : null,
    error_file_id: unanswered > 0 ? resultFileId('error', batch) : null,
    created_at: seconds(batch.createdAtMs),
    in_progress_at: seconds(moment.workingAtMs),
    expires_at: Math.floor(batch.createdAtMs / 1000) + WINDOW_SECONDS,
    finalizing_at: seconds(moment.finalizingAtMs),
    completed_at: ended('ended'),
    failed_at: ended('failed'),
    expired_at: ended('expired'),
    cancelling_at: seconds(moment.cancellingAtMs),
    cancelled_at: ended('cancelled'),
    request_counts: countsOf(batch, moment, items),
    usage: usageOf({
      inputTokens: answered.reduce((total, one) => total + one.answer.inputTokens, 0),
      outputTokens: answered.reduce((total, one) => total + one.answer.outputTokens, 0),
    }),
    metadata: batch.facts.metadata ?? null,
  };
}

/** Whether a cancellation can still change the batch. */
export function statusOf(engine: Engine, batch: StoredBatch): { status: string; open: boolean } {
  const { phase } = batchAt(batch, engine.now());
  return { status: STATUS[phase], open: isOpen(phase) };
}

/** Name and content of a result file of an ended batch; null for an id that is none. */
export async function readResultFile(
  engine: Engine,
  id: string,
): Promise<{ batch: StoredBatch; name: string; content: string } | null> {
  const [, kind, hex] = RESULT_FILE.exec(id) ?? [];
  const batch = hex === undefined ? null : engine.store.batch(`batch_${hex}`);
  if (batch === null) return null;
  const items = await itemsOf(engine, batch, batchAt(batch, engine.now()));
  const wanted = items?.filter((one) => (kind === 'output') === (one.kind === 'answered')) ?? [];
  if (wanted.length === 0) return null;
  const lines = wanted.map((one, index) => JSON.stringify(resultLine(batch, one, index)));
  return { batch, name: `${batch.id}_${kind}.jsonl`, content: `${lines.join('\n')}\n` };
}

async function itemsOf(
  engine: Engine,
  batch: StoredBatch,
  moment: BatchMoment,
): Promise<readonly SettledItem[] | null> {
  if (isOpen(moment.phase) || moment.phase === 'failed') return null;
  const endpoint = batch.facts.endpoint as Endpoint;
  return settleItems(engine, batch, moment, (item) => readQuestion(endpoint, item.body));
}

function errorsOf(batch: StoredBatch): StoredBatch['validationErrors'] {
  if (batch.validationErrors.length > 0) return batch.validationErrors;
  return [
    { code: 'token_limit_exceeded', line: null, message: 'Enqueued token limit reached for this model.', param: null },
  ];
}

function countsOf(batch: StoredBatch, moment: BatchMoment, items: readonly SettledItem[] | null) {
  // A batch that fails its validation never counted its requests.
  if (moment.phase === 'validating' || moment.phase === 'failed') return { total: 0, completed: 0, failed: 0 };
  const total = batch.items.length;
  if (items !== null) {
    const completed = items.filter((one) => one.kind === 'answered').length;
    return { total, completed, failed: total - completed };
  }
  const failed = batch.items
    .slice(0, moment.itemsDone)
    .filter((item) => item.outcome === 'item_failed' || item.outcome === 'item_expired').length;
  return { total, completed: moment.itemsDone - failed, failed };
}

function resultLine(batch: StoredBatch, settled: SettledItem, index: number): unknown {
  const id = `${batch.id.slice('batch_'.length)}${String(index).padStart(6, '0')}`;
  const line = { id: `batch_req_${id}`, custom_id: settled.item.key };
  const answered = (status: number, body: unknown) => ({
    ...line,
    response: { status_code: status, request_id: `req_${id}`, body },
    error: null,
  });
  switch (settled.kind) {
    case 'answered': {
      const call = { id, createdAtMs: batch.createdAtMs + batch.latencyMs, body: settled.item.body };
      return answered(200, answerBody(batch.facts.endpoint as Endpoint, call, settled.question, settled.answer));
    }
    case 'refused':
      return answered(settled.refusal.status, settled.refusal.body);
    case 'failed': {
      const { status, body } = openAiVoice.internal();
      return answered(status, body);
    }
    case 'expired':
      return {
        ...line,
        response: null,
        error: {
          code: 'batch_expired',
          message: 'This request could not be executed before the completion window expired.',
        },
      };
    case 'cancelled':
      return {
        ...line,
        response: null,
        error: { code: 'batch_cancelled', message: 'This request was not executed because the batch was cancelled.' },
      };
  }
}
