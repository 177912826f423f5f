import { createHash } from 'node:crypto';
import { readFrame } from '../answers/prompt-reader.ts';
import type { Answer, AnswerShape, Question } from '../answers/question.ts';
import type { ItemOutcome, JobOutcome } from '../control/faults.ts';
import type { Engine } from './engine.ts';

const KEPT_PROMPT_CHARACTERS = 200;

/** What becomes of a direct call: an answer, or the refusal that an armed outcome asks for. */
export type DirectResult =
  | { readonly kind: 'answered'; readonly id: string; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly id: string };

/**
 * Takes a direct call: consumes an armed outcome, records the call with its tokens, waits for the direct latency.
 * The record is written before the wait, since a vendor bills a call whose caller hangs up.
 */
export async function takeDirectCall(
  engine: Engine,
  call: { question: Question; method: string; id: string; content: string; metadata?: unknown },
): Promise<DirectResult> {
  const outcome = engine.faults.takeJobOutcome(call.content) ?? engine.faults.takeItemOutcome(call.content);
  const shape = shapeOf(outcome);
  const answer = shape === 'refused' ? null : await engine.answerer.answer(call.question, shape);
  const frame = readFrame(call.question.prompt);
  engine.log.addDirect({
    id: call.id,
    at: new Date(engine.now()).toISOString(),
    model: call.question.model,
    method: call.method,
    inputTokens: answer?.inputTokens ?? 0,
    outputTokens: answer?.outputTokens ?? 0,
    promptSha256: createHash('sha256').update(call.question.prompt).digest('hex'),
    promptHead: call.question.prompt.slice(0, KEPT_PROMPT_CHARACTERS),
    frame: frame === null ? null : { method: frame.method, asOf: frame.asOf },
    metadata: call.metadata ?? null,
    outcome,
  });
  await engine.pause(engine.latency.directMs);
  return answer === null ? { kind: 'refused', id: call.id } : { kind: 'answered', id: call.id, answer };
}

/** Every outcome that leaves no answer refuses a direct call; the others shape it. */
function shapeOf(outcome: JobOutcome | ItemOutcome | null): AnswerShape | 'refused' | null {
  switch (outcome) {
    case 'failed':
    case 'expired':
    case 'cancelled':
    case 'item_failed':
    case 'item_expired':
      return 'refused';
    default:
      return outcome;
  }
}
