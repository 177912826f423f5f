import type { RecommendationAnswer } from '../../contracts/schemas/recommendation.ts';
import type { MarketData } from '../../ports/market-data.ts';
import { distort } from './distortions.ts';
import { type Frame, readFrame } from './prompt-reader.ts';
import type { Answer, AnswerShape, Question } from './question.ts';
import { sampleInstance } from './sample-instance.ts';
import { createScreener } from './screener.ts';

const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_IMAGE = 1000;

export interface Answerer {
  /** The answer to a question, the same every time; `shape` puts one of the armed faults into it. */
  answer(question: Question, shape: AnswerShape | null): Promise<Answer>;
}

/** Tokens of a text: a quarter of its characters, rounded up. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Tokens that a question costs: all its texts and a fixed sum for each picture. */
export function countInputTokens(question: Question): number {
  return countTokens(question.system) + countTokens(question.prompt) + question.imageCount * TOKENS_PER_IMAGE;
}

/**
 * Answers questions: prompts with our frame by screening the prices, all others with a short text or, where a schema
 * is asked for, an instance of it. Fails only where the market data fails.
 */
export function createAnswerer(marketData: MarketData, seed: string): Answerer {
  const screener = createScreener(marketData, seed);
  const recommend = async (frame: Frame, question: Question): Promise<RecommendationAnswer> =>
    screener.screen(frame, question.prompt, question.provider);

  return {
    answer: async (question, shape) => {
      const frame = wantsRecommendations(question) ? readFrame(question.prompt) : null;
      const advice = frame === null ? null : await recommend(frame, question);
      const made = shapeAnswer(question, advice, shape);
      return cutToLimit(question, made.text, made.truncated, shape === 'huge');
    },
  };
}

function shapeAnswer(question: Question, advice: RecommendationAnswer | null, shape: AnswerShape | null) {
  if (shape !== null) return distort(advice ?? { recommendations: [] }, shape);
  return { text: advice === null ? plainAnswer(question) : JSON.stringify(advice), truncated: false };
}

/** A schema of something else means that the frame stands in the prompt only as context. */
function wantsRecommendations(question: Question): boolean {
  return (
    question.format.kind !== 'schema' || JSON.stringify(question.format.schema ?? {}).includes('"recommendations"')
  );
}

function plainAnswer(question: Question): string {
  const text = `This is a simulated answer of ${question.model} to a prompt of ${question.prompt.length} characters.`;
  switch (question.format.kind) {
    case 'schema':
      return JSON.stringify(sampleInstance(question.format.schema, text));
    case 'any':
      return JSON.stringify({ answer: text });
    case 'text':
      return text;
  }
}

function cutToLimit(question: Question, text: string, truncated: boolean, unlimited: boolean): Answer {
  const limit = unlimited ? null : question.maxOutputTokens;
  const cut = limit !== null && countTokens(text) > limit;
  const kept = cut ? text.slice(0, limit * CHARACTERS_PER_TOKEN) : text;
  return {
    text: kept,
    inputTokens: countInputTokens(question),
    outputTokens: countTokens(kept),
    truncated: truncated || cut,
  };
}
