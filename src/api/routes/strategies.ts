import { FoliosError } from '../../contracts/errors.ts';
import {
  activationSchema,
  planSchema,
  savedStrategySchema,
  strategiesQuerySchema,
  strategyFileSchema,
  strategyPageSchema,
  strategyParamsSchema,
  strategySchema,
  strategyVersionQuerySchema,
  validStrategySchema,
} from '../../contracts/schemas/api/strategies.ts';
import { type ResearchStrategy, researchStrategySchema } from '../../contracts/schemas/strategy.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { ResearchRepository, StrategyRepository } from '../../ports/repositories.ts';
import type { ApiApp } from '../api-app.ts';
import { notThere, type OwnedThingsPorts, ownedThings } from '../owned-things.ts';
import { pageOf } from '../paging.ts';

export interface StrategyRoutePorts extends OwnedThingsPorts {
  readonly strategies: StrategyRepository;
  readonly research: Pick<ResearchRepository, 'findTask' | 'withLock'>;
  readonly parseStrategyFile: (text: string, fileName: string) => ResearchStrategy;
  readonly now: () => Date;
}

/** The strategy library: to look at, to write to, to switch on and off. */
export async function strategyRoutes(app: ApiApp, ports: StrategyRoutePorts): Promise<void> {
  addReads(app, ports);
  addWrites(app, ports);
}

function addReads(app: ApiApp, ports: StrategyRoutePorts): void {
  app.get(
    '/strategies',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'listStrategies',
        tags: ['strategies'],
        summary: 'List strategies',
        description: 'Current versions, by slug.',
        querystring: strategiesQuerySchema,
        response: { 200: strategyPageSchema },
      },
    },
    async ({ principal, query }) => {
      const { visible } = await ownedThings(ports, principal);
      const all = await ports.strategies.list();
      const wanted = all
        .filter(({ id }) => visible.strategies === null || visible.strategies.has(id))
        .filter(({ active }) => query.active === undefined || active === query.active);
      return pageOf(wanted, ({ document }) => document.slug, query);
    },
  );
  app.get(
    '/strategies/:strategy',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readStrategy',
        tags: ['strategies'],
        summary: 'Show a strategy with its method',
        description: 'The current version, or the one that is asked for.',
        params: strategyParamsSchema,
        querystring: strategyVersionQuerySchema,
        response: { 200: strategySchema },
      },
    },
    async ({ principal, params, query }) =>
      (await ownedThings(ports, principal)).strategy(params.strategy, query.version),
  );
  app.get(
    '/plan',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'plan',
        tags: ['strategies'],
        summary: 'List active strategies without a recent submission',
        description: 'What the schedule would run now. Starts nothing.',
        response: { 200: planSchema },
      },
    },
    async ({ principal }) => {
      const { visible } = await ownedThings(ports, principal);
      const stale = await ports.strategies.listStale(ports.now());
      const own = stale.filter(({ strategyId }) => visible.strategies === null || visible.strategies.has(strategyId));
      return { stale: own.map((one) => ({ ...one, providers: [...one.providers] })) };
    },
  );
}

function addWrites(app: ApiApp, ports: StrategyRoutePorts): void {
  app.post(
    '/strategies',
    {
      config: { access: 'trade', startsSomething: true },
      schema: {
        operationId: 'saveStrategy',
        tags: ['strategies'],
        summary: 'Store a strategy',
        description:
          'A new one becomes yours; a changed one becomes a new version. NAME_TAKEN where the slug is not yours.',
        body: researchStrategySchema,
        response: { 200: savedStrategySchema },
      },
    },
    async ({ principal, body }) => {
      // A method that cannot be rendered is refused here, with every mistake, not by the run that uses it.
      const document = ports.parseStrategyFile(JSON.stringify(body), 'the strategy');
      const { record, created } = await save(ports, principal, document);
      return { created, strategy: record };
    },
  );
  app.post(
    '/strategies/validate',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'validateStrategy',
        tags: ['strategies'],
        summary: 'Check the text of a strategy file',
        description: 'The document that it is; STRATEGY_INVALID names every mistake by its path. Stores nothing.',
        body: strategyFileSchema,
        response: { 200: validStrategySchema },
      },
    },
    async ({ body }) => ({ document: ports.parseStrategyFile(body.text, body.fileName) }),
  );
  app.put(
    '/strategies/:strategy/active',
    {
      config: { access: 'trade' },
      schema: {
        operationId: 'setStrategyActive',
        tags: ['strategies'],
        summary: 'Let plan and the schedule run a strategy, or no longer',
        description: 'Runs that are under way go on.',
        params: strategyParamsSchema,
        body: activationSchema,
        response: { 200: strategySchema },
      },
    },
    async ({ principal, params, body }) => {
      const { id } = await (await ownedThings(ports, principal)).strategy(params.strategy);
      const record = await ports.strategies.setActive(id, body.active);
      if (!record) throw notThere('strategy', params.strategy);
      return record;
    },
  );
}

/** One at a time for a slug: of two users who save it first at once, one has it and the other hears that it is taken. */
async function save(ports: StrategyRoutePorts, principal: Principal, document: ResearchStrategy) {
  return await ports.research.withLock(`strategy-slug/${document.slug}`, async () => {
    const { visible } = await ownedThings(ports, principal);
    const known = await ports.strategies.find(document.slug);
    if (known && visible.strategies !== null && !visible.strategies.has(known.id)) throw taken(document.slug);
    const saved = await ports.strategies.save(document);
    const { userId } = principal;
    if (!known && userId !== null && !(await ports.ownership.claimStrategy(saved.record.id, userId))) {
      throw taken(document.slug);
    }
    return saved;
  });
}

function taken(slug: string): FoliosError {
  return new FoliosError('NAME_TAKEN', `the slug "${slug}" is taken`, { slug });
}
