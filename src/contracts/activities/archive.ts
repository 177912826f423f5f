import type { ArchiveHistoriesInput } from '../schemas/archive-input.ts';

/** What one pass over the closed executions did. */
export interface ArchivedHistories {
  readonly archived: number;
  /** They were archived before. */
  readonly skipped: number;
  /** Temporal forgot them between the list and the read. */
  readonly gone: number;
  /** Of the histories that were put into the store, packed. */
  readonly bytes: number;
}

export interface ArchiveActivities {
  /** Validates the input and puts every closed history that is not archived yet into the artifact store. Idempotent; a repetition goes on where it was. INPUT_INVALID. */
  archiveClosedHistories(input: ArchiveHistoriesInput): Promise<ArchivedHistories>;
}
