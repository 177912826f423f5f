import type { LineageStep } from './lineage.ts';

/** How often a step was taken and how it went. Durations are milliseconds of its last attempt; null where none has ended. */
export interface StepStatistics {
  readonly name: string;
  readonly count: number;
  readonly completed: number;
  readonly failed: number;
  readonly open: number;
  readonly attempts: { readonly total: number; readonly most: number };
  readonly durationMs: { readonly p50: number | null; readonly p95: number | null; readonly max: number | null };
  readonly queueMs: { readonly p50: number | null; readonly p95: number | null };
  /** How often each code ended a step, most frequent first. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
}

const MAX_ERRORS = 20;

/** Statistics of steps of one name. */
export function stepStatistics(name: string, steps: readonly LineageStep[]): StepStatistics {
  const durations = ascending(steps.flatMap(({ durationMs }) => (durationMs === null ? [] : [durationMs])));
  const queues = ascending(steps.flatMap(({ queueMs }) => (queueMs === null ? [] : [queueMs])));
  const attempts = steps.map((step) => step.attempts);
  const open = steps.filter(({ state }) => state === 'open').length;
  const completed = steps.filter(({ state }) => state === 'completed').length;
  return {
    name,
    count: steps.length,
    completed,
    failed: steps.length - completed - open,
    open,
    attempts: { total: attempts.reduce((total, one) => total + one, 0), most: Math.max(0, ...attempts) },
    durationMs: { p50: percentile(durations, 50), p95: percentile(durations, 95), max: durations.at(-1) ?? null },
    queueMs: { p50: percentile(queues, 50), p95: percentile(queues, 95) },
    errors: errorCounts(steps),
  };
}

function errorCounts(steps: readonly LineageStep[]): StepStatistics['errors'] {
  const counts = new Map<string, number>();
  for (const { error } of steps) if (error !== null) counts.set(error.code, (counts.get(error.code) ?? 0) + 1);
  return [...counts]
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
    .slice(0, MAX_ERRORS);
}

/** The nearest rank: the smallest value that at least so many percent do not exceed. */
function percentile(sorted: readonly number[], percent: number): number | null {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}
