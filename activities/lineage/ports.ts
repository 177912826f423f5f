import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HistorySource } from '../../src/ports/history-source.ts';
import type { LineageArchive, LineageRecords } from '../../src/ports/lineage.ts';

/** What lineage is read with. */
export interface LineagePorts {
  readonly histories: HistorySource;
  readonly archive: LineageArchive;
  readonly artifacts: ArtifactStore;
  readonly records: LineageRecords;
}

/** What histories are archived with. */
export type ArchivePorts = Pick<LineagePorts, 'histories' | 'archive' | 'artifacts'> & { readonly clock: Clock };
