import type { Kysely } from 'kysely';
import { createLineageReader } from '../../activities/lineage/reader.ts';
import { createLineageArchive } from '../../db/repositories/lineage-archive.ts';
import { createLineageRecords } from '../../db/repositories/lineage-records.ts';
import type { DB } from '../../db/schema.gen.ts';
import type { TemporalLink } from '../adapters/temporal/connection.ts';
import { createHistorySource } from '../adapters/temporal/history-source.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { LineageReader } from '../ports/lineage.ts';

/** Lineage as the API and the command line read it. */
export function createLineage(db: Kysely<DB>, artifacts: ArtifactStore, client: TemporalLink['client']): LineageReader {
  const { namespace, loadedDataConverter } = client.options;
  return createLineageReader({
    histories: createHistorySource(client.workflowService, namespace, loadedDataConverter),
    archive: createLineageArchive(db),
    records: createLineageRecords(db),
    artifacts,
  });
}
