import type { Answer, Question } from '../answers/question.ts';
import type { FaultBoard } from '../control/faults.ts';
import type { Engine } from '../engine/engine.ts';
import { asObject, asText, isObject, type JsonObject } from '../engine/json.ts';
import { type SettledItem, settleItems } from '../engine/settle.ts';
import type { StoredBatch, StoredItem } from '../engine/store.ts';
import { batchAt, isOpen } from '../engine/timeline.ts';
import { readMessage } from './questions.ts';
import { anthropicVoice, invalidRequest, refusesSampling } from './voice.ts';

const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;
const MOST_REQUESTS = 100_000;
const EXPIRES_AFTER_MS = 24 * 3_600_000;

/** Reads the requests of a new batch. Their shape is checked at once, their parameters only when they are processed. */
export function readRequests(body: JsonObject, faults: FaultBoard): StoredItem[] {
  if (!Array.isArray(body.requests)) throw invalidRequest('requests: Field required');
  if (body.requests.length === 0) throw invalidRequest('requests: List should have at least 1 item after validation');
  if (body.requests.length > MOST_REQUESTS) {
    throw invalidRequest(`requests: List should have at most ${MOST_REQUESTS} items after validation`);
  }
  const seen = new Set<string>();
  body.requests.forEach((entry, index) => {
    const { custom_id: customId, params } = asObject(entry);
    if (customId === undefined) throw invalidRequest(`requests.${index}.custom_id: Field required`);
    if (typeof customId !== 'string')
      throw invalidRequest(`requests.${index}.custom_id: Input should be a valid string`);
    if (!CUSTOM_ID.test(customId)) {
      throw invalidRequest(`requests.${index}.custom_id: String should match pattern '${CUSTOM_ID.source}'`);
    }
    if (seen.has(customId)) {
      throw invalidRequest(`requests.${index}.custom_id: '${customId}' is not unique within the batch`);
    }
    seen.add(customId);
    if (!isObject(params)) throw invalidRequest(`requests.${index}.params: Field required`);
  });
  return body.requests.map((entry) => ({
    key: asText(asObject(entry).custom_id) ?? '',
    body: asObject(entry).params,
    outcome: faults.takeItemOutcome(JSON.stringify(entry)),
  }));
}

/** A message batch as it stands now. `origin` is where the client found us: results are read from there. */
export async function batchObject(engine: Engine, batch: StoredBatch, origin: string): Promise<unknown> {
  const moment = batchAt(batch, engine.now());
  const open = isOpen(moment.phase);
  const items = open ? null : await settle(engine, batch);
  const count = (...kinds: SettledItem['kind'][]) => (items ?? []).filter((one) => kinds.includes(one.kind)).length;
  return {
    id: batch.id,
    type: 'message_batch',
    processing_status: !open ? 'ended' : moment.phase === 'cancelling' ? 'canceling' : 'in_progress',
    request_counts: {
      processing: open ? batch.items.length : 0,
      succeeded: count('answered'),
      errored: count('failed', 'refused'),
      canceled: count('cancelled'),
      expired: count('expired'),
    },
    created_at: rfc3339(batch.createdAtMs),
    expires_at: rfc3339(batch.createdAtMs + EXPIRES_AFTER_MS),
    ended_at: moment.endedAtMs === null ? null : rfc3339(moment.endedAtMs),
    cancel_initiated_at: moment.cancellingAtMs === null ? null : rfc3339(moment.cancellingAtMs),
    archived_at: null,
    results_url: open ? null : `${origin}/v1/messages/batches/${batch.id}/results`,
  };
}

export function isEnded(engine: Engine, batch: StoredBatch): boolean {
  return !isOpen(batchAt(batch, engine.now()).phase);
}

/** The results as JSONL, in another order than the requests, since the vendor promises none. */
export async function resultsOf(engine: Engine, batch: StoredBatch): Promise<string> {
  const items = await settle(engine, batch);
  const lines = items.map((settled, index) => {
    const id = `${batch.id.slice('msgbatch_'.length)}${String(index).padStart(6, '0')}`;
    return JSON.stringify({ custom_id: settled.item.key, result: resultOf(settled, id) });
  });
  return `${lines.reverse().join('\n')}\n`;
}

/** An answered message in Anthropic's form. `id` has no prefix yet. */
export function messageBody(id: string, question: Question, answer: Answer, tier: 'standard' | 'batch'): unknown {
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: question.model,
    content: [{ type: 'text', text: answer.text, citations: null }],
    stop_reason: answer.truncated ? 'max_tokens' : 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: {
      input_tokens: answer.inputTokens,
      output_tokens: answer.outputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      inference_geo: null,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: tier,
      speed: null,
    },
  };
}

function settle(engine: Engine, batch: StoredBatch): Promise<readonly SettledItem[]> {
  const refuseSampling = refusesSampling(asText(batch.facts.version));
  return settleItems(engine, batch, batchAt(batch, engine.now()), (item) =>
    readMessage(item.body, { refuseSampling, needsLimit: true }),
  );
}

function resultOf(settled: SettledItem, id: string): unknown {
  switch (settled.kind) {
    case 'answered':
      return { type: 'succeeded', message: messageBody(id, settled.question, settled.answer, 'batch') };
    case 'refused':
      return { type: 'errored', error: settled.refusal.body };
    case 'failed':
      return { type: 'errored', error: anthropicVoice.internal().body };
    case 'cancelled':
      return { type: 'canceled' };
    case 'expired':
      return { type: 'expired' };
  }
}

function rfc3339(millis: number): string {
  return new Date(millis).toISOString();
}
