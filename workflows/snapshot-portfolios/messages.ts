import type { PortfolioSnapshotSummary } from '../../src/contracts/activities/research.ts';
import type { SnapshotPortfoliosInput } from '../../src/contracts/schemas/workflow-inputs.ts';

export type { PortfolioSnapshotSummary, SnapshotPortfoliosInput };
