import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { answerOf } from '../../../src/client/api-client.ts';
import { waitFor } from '../../factories/wait-for.ts';
import { type Person, type ResourceStand, startResourceStand } from './resource-stand.ts';

const METHOD = 'Rank the companies of the universe by how cheap they are and recommend the three cheapest.';
const ORDER = {
  tradable: { kind: 'stock', symbol: 'KO' },
  side: 'BUY',
  quantity: '10',
  type: 'MARKET',
  timeInForce: 'DAY',
} as const;

/** Of nobody, in the shape of the things that are somebody's. */
const NOBODYS = {
  strategy: 'zed-secret-strategy',
  account: 'zed-secret-account',
  taskId: '0198c0de-aaaa-4000-8000-000000000001',
  orderId: '0198c0de-aaaa-4000-8000-000000000002',
  ticketId: '0198c0de-aaaa-4000-8000-000000000003',
  requestGroupId: '0198c0de-aaaa-4000-8000-000000000004',
};
type Things = typeof NOBODYS;

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
}

/** Bodies that would do something if the thing were one's own. */
const BODIES: Readonly<Record<string, (things: Things) => object>> = {
  setStrategyActive: () => ({ active: true }),
  startRun: ({ strategy }) => ({ strategy }),
  cancelTask: () => ({ reason: 'not mine' }),
  executeTask: () => ({}),
  placeTicket: ({ account }) => ({ account, ticket: { kind: 'single', order: ORDER } }),
  modifyOrder: () => ({ limitPrice: '1.00' }),
  cancelOrder: () => ({ reason: 'not mine' }),
  declareDead: () => ({ reason: 'not mine' }),
  cancelTicket: () => ({ reason: 'not mine' }),
  turnAccountSwitch: () => ({ mode: 'paused', reason: 'not mine' }),
  flattenAccount: () => ({}),
  reconcile: ({ account }) => ({ account }),
  acknowledgeReport: () => ({ reason: 'not mine' }),
};

describe('two users', () => {
  let stand: ResourceStand;
  let ada: Person;
  let bob: Person;
  let hers: Things;
  let operations: readonly { method: string; path: string; operation: Operation }[];

  beforeAll(async () => {
    stand = await startResourceStand();
    [ada, bob] = [await stand.person('ada', 'trader'), await stand.person('bob', 'trader')];
    hers = await furnish();
    const document = stand.api.app.swagger() as unknown as { paths: Record<string, Record<string, Operation>> };
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  });
  afterAll(() => stand.close());

  /** A strategy with a run, an account with an order. */
  async function furnish(): Promise<Things> {
    const { client } = ada;
    const strategy = {
      kind: 'research',
      slug: 'ada-secret-strategy',
      name: 'Ada’s secret strategy',
      description: 'Nobody else’s business',
      method: METHOD,
      universe: ['KO', 'IBM'],
      cadence: { staleAfterDays: 30 },
      providers: [{ provider: 'openai', mode: 'batch', model: 'gpt-4.1-mini', maxOutputTokens: 8192 }],
    } as const;
    await answerOf(client.POST('/api/v1/strategies', { body: strategy as never }));
    const body = { strategy: strategy.slug, hold: true, force: false };
    const run = await answerOf(client.POST('/api/v1/runs', { body }));
    const open = { name: 'ada-secret-account', broker: 'paper', balanceUsd: '100000', limits: {} } as const;
    await answerOf(client.POST('/api/v1/accounts', { body: open }));
    const placed = await answerOf(
      client.POST('/api/v1/tickets', {
        params: { query: { waitSeconds: 10 } },
        body: { account: open.name, ticket: { kind: 'single', order: ORDER } },
      }),
    );
    const orders = await waitFor('the order is in the books', async () => {
      const { items } = await answerOf(
        client.GET('/api/v1/orders', { params: { query: { ticketId: placed.ticketId } } }),
      );
      return items.length > 0 ? items : null;
    });
    return {
      ...{ strategy: strategy.slug, account: open.name, requestGroupId: run.requestGroupId },
      taskId: run.tasks[0]?.taskId ?? '',
      orderId: orders[0]?.orderId ?? '',
      ticketId: placed.ticketId,
    };
  }

  const ask = async (one: { method: string; path: string; operation: Operation }, things: Things) => {
    const { method, path, operation } = one;
    // Lineage names runs by their workflows' keys, and strategies by their ids or slugs.
    const id = path.includes('/strategy/') ? things.strategy : things.taskId;
    const known: Record<string, string> = { ...things, id, name: 'prompt.txt', eventId: '1' };
    const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? NOBODYS.taskId));
    const isQueried = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
    const query = isQueried.flatMap(({ name }) => (name in things ? [[name, known[name] ?? '']] : []));
    if (operation.operationId === 'readUsage') query.push(['provider', 'openai']);
    const payload = BODIES[operation.operationId]?.(things) ?? (operation.requestBody ? {} : undefined);
    const request = {
      ...{ method: method as NonNullable<InjectOptions['method']>, url, query: Object.fromEntries(query) },
      ...(payload === undefined ? {} : { payload }),
    };
    return stand.api.call(request, bob);
  };
  const isStream = ({ operation }: { operation: Operation }) => operation.operationId === 'watchEvents';

  test('cannot tell each other’s things from things that do not exist, by any route', async () => {
    const told: string[] = [];
    let compared = 0;
    for (const one of operations.filter((each) => !isStream(each))) {
      const [foreign, absent] = [await ask(one, hers), await ask(one, NOBODYS)];
      const same = (text: string) =>
        [...Object.values(hers), ...Object.values(NOBODYS)]
          .reduce((all, value) => all.replaceAll(value, '…'), text)
          .replace(/urn:folios:request:[0-9a-f-]+/g, '')
          .replace(/"now":"[^"]+"/, '');
      const isProblem = foreign.statusCode >= 400;
      const isEqual =
        foreign.statusCode === absent.statusCode && (!isProblem || same(foreign.body) === same(absent.body));
      const name = `${one.method} ${one.path}`;
      if (!isEqual) told.push(`${name}: ${foreign.statusCode} ${foreign.body} — ${absent.statusCode} ${absent.body}`);
      // What answers must not know of her; an error may repeat what was asked for.
      if (!isProblem && Object.values(hers).some((value) => foreign.body.includes(value))) told.push(`${name}: leaks`);
      if (one.path.includes('{') || one.operation.operationId in BODIES) compared += 1;
    }
    expect(told).toEqual([]);
    expect(compared).toBeGreaterThan(30);
  });

  test('find nothing but 404, 403 and empty lists where the other’s things are named', async () => {
    const found: string[] = [];
    const ownRoutes = operations.filter(
      ({ path, operation }) =>
        /\{(strategy|account|taskId|orderId|ticketId)\}/.test(path) ||
        ['placeTicket', 'startRun', 'reconcile'].includes(operation.operationId),
    );
    for (const one of ownRoutes) {
      const { statusCode } = await ask(one, hers);
      if (statusCode !== 404 && statusCode !== 403) found.push(`${one.method} ${one.path} ${statusCode}`);
    }
    expect(found.filter((one) => !one.includes('/schedules') && !one.includes('/users'))).toEqual([]);
    for (const url of [
      'strategies',
      'tasks',
      'accounts',
      'orders',
      'research-accounts',
      'comparisons',
      'kept-reports',
    ]) {
      const answer = await stand.api.call({ method: 'GET', url: `/api/v1/${url}` }, bob);
      expect({ url, items: answer.json<{ items: unknown[] }>().items }).toEqual({ url, items: [] });
    }
  });

  test('cannot take a name that is the other’s, or the operator’s, and hear nothing more', async () => {
    const hers1 = { name: hers.account, balanceUsd: '5' };
    const answers = [
      await stand.api.call({ method: 'POST', url: '/api/v1/accounts', payload: hers1 }, bob),
      await stand.api.call(
        { method: 'POST', url: '/api/v1/strategies', payload: await strategyNamed(hers.strategy) },
        bob,
      ),
      await stand.api.call(
        { method: 'POST', url: '/api/v1/strategies', payload: await strategyNamed('dreman-contrarian') },
        bob,
      ),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(409);
      expect(answer.json()).toMatchObject({ code: 'NAME_TAKEN' });
    }
    const kept = await stand.harness.services.strategies.find(hers.strategy);
    expect(kept?.version).toBe(1);
  });

  async function strategyNamed(slug: string): Promise<object> {
    const record = await stand.harness.services.strategies.find(hers.strategy);
    return { ...record?.document, slug, name: 'Bob’s' };
  }

  test('cannot join the other’s run or ticket by its id', async () => {
    const open = { name: 'bobs', balanceUsd: '1000' };
    await stand.api.call({ method: 'POST', url: '/api/v1/accounts', payload: open }, bob);
    const ticket = { account: 'bobs', ticketId: hers.ticketId, ticket: { kind: 'single', order: ORDER } };
    const joined = await stand.api.call({ method: 'POST', url: '/api/v1/tickets', payload: ticket }, bob);
    expect(joined.json()).toMatchObject({ status: 409, code: 'TICKET_CONFLICT' });
    const own = (await strategyNamed('bobs-own')) as Record<string, unknown>;
    await stand.api.call({ method: 'POST', url: '/api/v1/strategies', payload: own }, bob);
    const run = { strategy: 'bobs-own', requestGroupId: hers.requestGroupId };
    const started = await stand.api.call({ method: 'POST', url: '/api/v1/runs', payload: run }, bob);
    expect(started.json()).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
  });

  test('an account at Interactive Brokers, and the switch of all accounts, are for admins', async () => {
    const ib = { name: 'ib', broker: 'ibkr', brokerAccount: 'DU1234567' };
    const answers = [
      await stand.api.call({ method: 'POST', url: '/api/v1/accounts', payload: ib }, bob),
      await stand.api.call(
        { method: 'PUT', url: '/api/v1/trading-mode', payload: { mode: 'paused', reason: 'me' } },
        bob,
      ),
      await stand.api.call({ method: 'POST', url: '/api/v1/market/clock/advance', payload: { to: '2018-01-03' } }, bob),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403]);
  });

  test('whoever may only look cannot place, and a viewer neither', async () => {
    const order = { account: hers.account, ticket: { kind: 'single', order: ORDER } };
    const viewer = await stand.person('eve', 'viewer');
    const looking = { headers: { authorization: `Bearer ${await stand.api.tokenOf(ada.user, ['read'])}` } };
    for (const caller of [viewer, looking]) {
      const answer = await stand.api.call({ method: 'POST', url: '/api/v1/tickets', payload: order }, caller);
      expect(answer.json()).toMatchObject({ status: 403, code: 'ACCESS_DENIED' });
    }
  });

  test('a placement that is repeated with its key places once, even where the first answer is lost', async () => {
    const request = {
      method: 'POST' as const,
      url: '/api/v1/tickets?waitSeconds=10',
      payload: { account: hers.account, ticket: { kind: 'single', order: { ...ORDER, quantity: '3' } } },
      headers: { 'idempotency-key': 'monday-1' },
    };
    const first = (await stand.api.call(request, ada)).json<{ ticketId: string }>();
    await stand.api.ports.idempotency.forget(new Date(Date.now() + 86_400_000));
    const second = (await stand.api.call(request, ada)).json<{ ticketId: string; orders: unknown[] }>();
    expect(second.ticketId).toBe(first.ticketId);
    const orders = await stand.harness.services.journal.findTicket(first.ticketId);
    expect(orders?.orders).toHaveLength(1);
    const positions = await stand.harness.services.portfolio.listPositions(orders?.accountId ?? '');
    expect(positions.map(({ quantity }) => quantity)).toEqual(['13']);
  });

  test('an artifact is handed out as a file with its bytes, never as a page', async () => {
    const { artifacts, research } = stand.harness.services;
    const task = await research.findTask(hers.taskId);
    const page = new TextEncoder().encode('<script>alert(1)</script>');
    const ref = await artifacts.put(`${task?.requestId}/${hers.taskId}/page.html`, page, 'text/html');
    const place = { requestId: task?.requestId ?? '', taskId: hers.taskId, name: 'page.html' };
    await research.recordArtifacts([{ ...ref, ...place }]);
    const url = `/api/v1/tasks/${hers.taskId}/artifacts/page.html`;
    const answer = await stand.api.call({ method: 'GET', url }, ada);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload).toEqual(Buffer.from(page));
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="page.html"',
      'x-content-type-options': 'nosniff',
      etag: `"${ref.sha256}"`,
    });
    expect((await stand.api.call({ method: 'GET', url }, bob)).statusCode).toBe(404);
  });

  test('injected words in every text field are kept as words or refused, and do nothing', async () => {
    const evil = [
      `'; drop table orders; --`,
      '{{ 7 | times: 7 }}',
      '$' + '{7*7}',
      '<script>alert(1)</script>',
      '../../etc/passwd',
    ];
    for (const text of evil) {
      const answers = await Promise.all([
        stand.api.call(
          {
            method: 'PUT',
            url: `/api/v1/accounts/${hers.account}/trading-mode`,
            payload: { mode: 'normal', reason: text },
          },
          ada,
        ),
        stand.api.call({ method: 'GET', url: '/api/v1/orders', query: { account: text } }, ada),
        stand.api.call({ method: 'GET', url: '/api/v1/orders', query: { symbol: text } }, ada),
        stand.api.call({ method: 'GET', url: '/api/v1/orders', query: { cursor: text } }, ada),
        stand.api.call({ method: 'GET', url: `/api/v1/strategies/${encodeURIComponent(text)}` }, ada),
        stand.api.call(
          { method: 'GET', url: `/api/v1/tasks/${hers.taskId}/artifacts/${encodeURIComponent(text)}` },
          ada,
        ),
        stand.api.call({ method: 'POST', url: '/api/v1/strategies/validate', payload: { text, fileName: text } }, ada),
      ]);
      expect(answers.map(({ statusCode }) => statusCode).filter((status) => status >= 500)).toEqual([]);
      expect(answers.slice(1).every(({ statusCode }) => [400, 404, 422].includes(statusCode))).toBe(true);
    }
  });
});
