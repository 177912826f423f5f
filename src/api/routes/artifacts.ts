import { z } from 'zod';
import {
  artifactParamsSchema,
  artifactsSchema,
  comparisonPageSchema,
  comparisonsQuerySchema,
  taskParamsSchema,
  usageQuerySchema,
  usageTotalsSchema,
} from '../../contracts/schemas/api/research.ts';
import { strategyParamsSchema } from '../../contracts/schemas/api/strategies.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { MarketDataSources } from '../../ports/market-data.ts';
import type { PortfolioRepository, ResearchRepository, UsageRepository } from '../../ports/repositories.ts';
import { compareAccount, rankAccounts } from '../../service/account-comparison.ts';
import { loadPortfolioStatement } from '../../service/portfolio-statement.ts';
import type { ApiApp } from '../api-app.ts';
import { notThere, type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';

export interface ArtifactRoutePorts extends OwnedThingsPorts {
  readonly artifacts: Pick<ArtifactStore, 'get'>;
  readonly research: Pick<ResearchRepository, 'findTask' | 'listArtifacts'>;
  readonly usage: Pick<UsageRepository, 'totals'>;
  readonly portfolio: PortfolioRepository;
  readonly marketData: MarketDataSources;
}

const ANY_BYTES = 'application/octet-stream';
/** As which artifacts are handed out; whatever else one says it is, it is bytes. */
const MEDIA_TYPES: readonly string[] = [ANY_BYTES, 'text/plain', 'application/json', 'application/jsonl'];

/** What tasks sent and received, and what came of it. */
export async function artifactRoutes(app: ApiApp, ports: ArtifactRoutePorts): Promise<void> {
  addArtifacts(app, ports);
  addComparisons(app, ports);
}

function addArtifacts(app: ApiApp, ports: ArtifactRoutePorts): void {
  app.get(
    '/tasks/:taskId/artifacts',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listArtifacts',
        tags: ['research'],
        summary: 'List what a task sent, received and understood',
        description: 'Names, sizes and hashes, oldest first.',
        params: taskParamsSchema,
        response: { 200: artifactsSchema },
      },
    },
    async ({ principal, params }) => {
      const { taskId } = await (await ownedThings(ports, principal)).task(params.taskId);
      return { items: [...(await ports.research.listArtifacts(taskId))] };
    },
  );
  app.get(
    '/tasks/:taskId/artifacts/:name',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'downloadArtifact',
        tags: ['research'],
        summary: 'Download an artifact',
        description: 'Its bytes, checked against their sha256; always as a file to save, never to be shown or run.',
        params: artifactParamsSchema,
        response: {
          200: {
            description: 'The artifact',
            content: Object.fromEntries(
              MEDIA_TYPES.map((type) => [type, { schema: z.custom<Buffer>().describe('Its bytes') }]),
            ),
          },
        },
      },
    },
    async ({ principal, params }, reply) => {
      const { taskId } = await (await ownedThings(ports, principal)).task(params.taskId);
      const found = (await ports.research.listArtifacts(taskId)).findLast(({ name }) => name === params.name);
      if (!found) throw notThere('artifact', params.name);
      const bytes = await ports.artifacts.get(found);
      // Providers wrote some of it: no browser may take it for a page of ours.
      reply.header('content-disposition', `attachment; filename="${params.name}"`);
      reply.header('x-content-type-options', 'nosniff');
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      reply.header('etag', `"${found.sha256}"`);
      reply.type(MEDIA_TYPES.find((type) => type === found.mediaType) ?? ANY_BYTES);
      return reply.send(Buffer.from(bytes));
    },
  );
}

function addComparisons(app: ApiApp, ports: ArtifactRoutePorts): void {
  app.get(
    '/comparisons',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'compare',
        tags: ['research'],
        summary: 'Providers side by side',
        description: 'Best first within each strategy: value, return, the S&P 500 over the same window, LLM cost.',
        querystring: comparisonsQuerySchema,
        response: { 200: comparisonPageSchema },
      },
    },
    async ({ principal, query }) => {
      const { visible, strategy } = await ownedThings(ports, principal);
      const wanted = query.strategy === undefined ? null : (await strategy(query.strategy)).id;
      const accounts = (await ports.portfolio.listAccounts())
        .filter(({ accountId }) => visible.accounts === null || visible.accounts.has(accountId))
        .filter(({ strategyId }) => wanted === null || strategyId === wanted);
      const compared = await Promise.all(
        accounts.map(async (account) => compareAccount(ports, await loadPortfolioStatement(ports.portfolio, account))),
      );
      const groups = Map.groupBy(rankAccounts(compared), ({ strategySlug }) => strategySlug);
      const ranked = [...groups].sort(([a], [b]) => a.localeCompare(b)).flatMap(([, group]) => group);
      const from = query.cursor === undefined ? 0 : Number(decodeCursor(query.cursor, ['from']).from) || 0;
      const to = from + query.limit;
      return { items: ranked.slice(from, to), nextCursor: to < ranked.length ? encodeCursor({ from: to }) : null };
    },
  );
  app.get(
    '/strategies/:strategy/usage',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readUsage',
        tags: ['research'],
        summary: 'What a provider’s calls for a strategy came to',
        description: 'Calls, tokens and dollars in all.',
        params: strategyParamsSchema,
        querystring: usageQuerySchema,
        response: { 200: usageTotalsSchema },
      },
    },
    async ({ principal, params, query }) => {
      const { id } = await (await ownedThings(ports, principal)).strategy(params.strategy);
      return ports.usage.totals(id, query.provider);
    },
  );
}
