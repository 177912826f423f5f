/** What an activity's failure tells the workflow beside code and message: the first entry of its details. */
export interface FailureFacts {
  /** How long the provider asked to be left alone; null if it did not say. */
  readonly retryAfterMs: number | null;
  /** Set only where it is proven that a submit had no effect: how many submit calls were begun so far, this one included. */
  readonly attempts: number | null;
}
