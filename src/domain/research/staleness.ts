const DAY_MS = 86_400_000;

/** Whether the last submission is at least `staleAfterDays` days of 24 hours old, or there was none. */
export function isStale(lastSubmittedAt: Date | null, now: Date, staleAfterDays: number): boolean {
  if (lastSubmittedAt === null) return true;
  return now.getTime() - lastSubmittedAt.getTime() >= staleAfterDays * DAY_MS;
}
