import { z } from 'zod';
import type { LlmItemResult, LlmJob } from '../../ports/llm-provider.ts';
import { boundedAnswer } from '../llm/limits.ts';
import { type CallFacts, providerErrorOf } from '../llm/provider-error.ts';
import type { ChildOutcome } from './child-process.ts';

const tokens = z.number().default(0);

/** What the tool prints with `--output-format json`: an answer on stdout, or an error among the lines of stderr. */
const answerSchema = z.looseObject({
  response: z.string().nullish(),
  stats: z
    .looseObject({
      models: z
        .record(
          z.string(),
          z.looseObject({
            api: z.looseObject({ errorsByType: z.record(z.string(), z.number()).default({}) }).optional(),
            tokens: z.looseObject({ prompt: tokens, candidates: tokens, thoughts: tokens }).optional(),
          }),
        )
        .default({}),
    })
    .nullish(),
  warnings: z.array(z.string()).default([]),
});

const errorSchema = z.looseObject({
  error: z.looseObject({
    type: z.string().default('Error'),
    message: z.string().default(''),
    code: z.union([z.number(), z.string()]).optional(),
  }),
});

/** The tool's own exit codes for a run that ended before the model was called: authentication, input, configuration. */
const EXIT_CODES_BEFORE_THE_CALL = [41, 42, 52];
const EXIT_CODE_TOO_MANY_TURNS = 53;

/** The result of a run that ended by itself. Throws a ProviderError, or FoliosError ANSWER_TOO_LARGE. */
export function readReport(job: LlmJob, customId: string, outcome: ChildOutcome, facts: CallFacts): LlmItemResult {
  const answer = outcome.exitCode === 0 ? parsedOrNull(outcome.stdout, answerSchema) : null;
  if (answer) return itemResultOf(job, customId, answer);
  if (outcome.exitCode === EXIT_CODE_TOO_MANY_TURNS) {
    return { customId, outcome: 'failed', reason: 'the model asked for tools again and again instead of answering' };
  }
  throw failureOf(outcome, facts);
}

function itemResultOf(job: LlmJob, customId: string, answer: z.infer<typeof answerSchema>): LlmItemResult {
  const models = Object.values(answer.stats?.models ?? {});
  const total = (kind: 'prompt' | 'candidates' | 'thoughts') =>
    models.reduce((sum, model) => sum + (model.tokens?.[kind] ?? 0), 0);
  const usage = { inputTokens: total('prompt'), outputTokens: total('candidates') + total('thoughts') };
  // The tool hides why the model stopped; an answer that used up the limit was cut by it.
  const truncated = usage.outputTokens >= job.maxOutputTokens;
  const text = answer.response ?? '';
  if (text === '' && !truncated) {
    const errors = models.flatMap((model) => Object.keys(model.api?.errorsByType ?? {}));
    const why = [...errors, ...answer.warnings].join(', ') || 'no reason given';
    return {
      customId,
      outcome: 'failed',
      reason: `the tool gave no answer: ${why}`,
    };
  }
  return { customId, outcome: 'answered', text: boundedAnswer(customId, text), usage, truncated };
}

function failureOf(outcome: ChildOutcome, facts: CallFacts): Error {
  const error = errorIn(outcome);
  const message = error?.message ?? lastLines(outcome.stderr);
  const status = Number(error?.code);
  if (status >= 400 && status < 600) {
    const waitSeconds = /retry after (\d+(?:\.\d+)?)s/i.exec(message)?.[1];
    const headers = new Headers(waitSeconds === undefined ? {} : { 'retry-after': waitSeconds });
    return providerErrorOf(null, facts, { kind: 'answered', status, headers, body: Buffer.from(message) });
  }
  const detail = `gemini-cli ended with ${error?.type ?? 'exit code'} ${outcome.exitCode ?? ''}: ${message}`;
  if (EXIT_CODES_BEFORE_THE_CALL.includes(outcome.exitCode ?? -1)) {
    // 400 is what the API itself would say: refused, nothing begun, no use in repeating.
    const body = Buffer.from(detail);
    return providerErrorOf(null, facts, { kind: 'answered', status: 400, headers: new Headers(), body });
  }
  return providerErrorOf(null, facts, { kind: 'failed', cause: 'network', error: new Error(detail) });
}

function errorIn(outcome: ChildOutcome): z.infer<typeof errorSchema>['error'] | null {
  const blocks = outcome.stderr.match(/^\{\n[\s\S]*?\n\}$/gm) ?? [];
  for (const block of [Buffer.from(outcome.stdout).toString('utf8'), ...blocks]) {
    const found = parsedOrNull(Buffer.from(block), errorSchema);
    if (found) return found.error;
  }
  return null;
}

function lastLines(stderr: string): string {
  return stderr.trim().split('\n').slice(-5).join(' | ') || 'it printed nothing';
}

function parsedOrNull<T>(bytes: Uint8Array, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return null;
  }
}
