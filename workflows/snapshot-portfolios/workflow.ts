import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { ResearchActivities } from '../../src/contracts/activities/research.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes.ts';
import { finalFailure } from '../failures.ts';
import type { PortfolioSnapshotSummary, SnapshotPortfoliosInput } from './messages.ts';

const { snapshotPortfolios: valuePortfolios } = proxyActivities<ResearchActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'value every portfolio at the market day',
});

/** Values every portfolio and keeps one snapshot per account and day: the equity curve. */
export async function snapshotPortfolios(input: SnapshotPortfoliosInput): Promise<readonly PortfolioSnapshotSummary[]> {
  try {
    const snapshots = await valuePortfolios(input);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.kind, value: 'research' }]);
    setCurrentDetails(
      snapshots.map((one) => `- \`${one.accountId}\` on ${one.marketDate}: $${one.totalUsd}`).join('\n'),
    );
    return snapshots;
  } catch (error) {
    throw finalFailure(error, 'QUOTE_UNAVAILABLE');
  }
}
