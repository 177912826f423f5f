import type { Answer, Question } from '../answers/question.ts';
import { asObject } from '../engine/json.ts';
import type { Endpoint } from './questions.ts';

/** The body of an answered call in OpenAI's form. `id` has no prefix yet. */
export function answerBody(
  endpoint: Endpoint,
  call: { id: string; createdAtMs: number; body: unknown },
  question: Question,
  answer: Answer,
): unknown {
  return endpoint === '/v1/responses' ? responseBody(call, question, answer) : completionBody(call, question, answer);
}

function responseBody(
  call: { id: string; createdAtMs: number; body: unknown },
  question: Question,
  answer: Answer,
): unknown {
  const request = asObject(call.body);
  const createdAt = Math.floor(call.createdAtMs / 1000);
  const status = answer.truncated ? 'incomplete' : 'completed';
  return {
    id: `resp_${call.id}`,
    object: 'response',
    created_at: createdAt,
    completed_at: answer.truncated ? null : createdAt,
    status,
    background: false,
    error: null,
    incomplete_details: answer.truncated ? { reason: 'max_output_tokens' } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: request.metadata ?? {},
    model: question.model,
    output: [
      {
        id: `msg_${call.id}`,
        type: 'message',
        status,
        role: 'assistant',
        content: [{ type: 'output_text', text: answer.text, annotations: [], logprobs: [] }],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: request.store ?? true,
    temperature: 1,
    text: request.text ?? { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: usageOf(answer),
    user: null,
  };
}

function completionBody(call: { id: string; createdAtMs: number }, question: Question, answer: Answer): unknown {
  return {
    id: `chatcmpl-${call.id}`,
    object: 'chat.completion',
    created: Math.floor(call.createdAtMs / 1000),
    model: question.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: answer.truncated ? 'length' : 'stop',
      },
    ],
    usage: {
      prompt_tokens: answer.inputTokens,
      completion_tokens: answer.outputTokens,
      total_tokens: answer.inputTokens + answer.outputTokens,
    },
    service_tier: 'default',
  };
}

/** Tokens as responses and batches report them. */
export function usageOf(answer: Pick<Answer, 'inputTokens' | 'outputTokens'>) {
  return {
    input_tokens: answer.inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: answer.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: answer.inputTokens + answer.outputTokens,
  };
}
