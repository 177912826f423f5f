import type { ArchivedHistories } from '../../src/contracts/activities/archive.ts';
import type { ArchiveHistoriesInput } from '../../src/contracts/schemas/archive-input.ts';

export type { ArchivedHistories, ArchiveHistoriesInput };
