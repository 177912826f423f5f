import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ArchiveActivities } from '../../src/contracts/activities/archive.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { finalFailure } from '../failures.ts';
import type { ArchivedHistories, ArchiveHistoriesInput } from './messages.ts';

// One step however many histories there are: what it has done stands in the archive, so that a repetition goes on there.
const { archiveClosedHistories } = proxyActivities<ArchiveActivities>({
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'put closed histories into the artifact store',
});

/** Keeps every closed history past Temporal's retention: compressed in the artifact store, with its sha256 and a row. */
export async function archiveHistories(input: ArchiveHistoriesInput): Promise<ArchivedHistories> {
  try {
    const done = await archiveClosedHistories(input);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'archive' }]);
    const { archived, skipped, gone, bytes } = done;
    setCurrentDetails(`${archived} archived (${bytes} bytes), ${skipped} were there already, ${gone} were gone`);
    return done;
  } catch (error) {
    throw finalFailure(error, 'ARTIFACT_STORE_UNAVAILABLE');
  }
}
