import type { Clock } from '../../ports/clock.ts';

const MAX_KEPT = 2_000;

export interface KeptAnswers<Answer> {
  /** Asks, or gives the answer that the same question had or is about to have; a failure is not kept. */
  ask(question: string, ask: () => Promise<Answer>): Promise<Answer>;
}

/** Answers by their question, kept for so long after they came. Whoever asks while one is on its way waits for that one. */
export function createKeptAnswers<Answer>(clock: Clock, keptMs: number): KeptAnswers<Answer> {
  const kept = new Map<string, { until: number; readonly answer: Promise<Answer> }>();
  return {
    ask(question, ask) {
      const known = kept.get(question);
      if (known && known.until > clock.now().getTime()) return known.answer;
      if (kept.size >= MAX_KEPT) kept.clear();
      const entry = { until: Number.POSITIVE_INFINITY, answer: ask() };
      kept.set(question, entry);
      entry.answer.then(
        () => {
          entry.until = clock.now().getTime() + keptMs;
        },
        () => kept.get(question) === entry && kept.delete(question),
      );
      return entry.answer;
    },
  };
}
