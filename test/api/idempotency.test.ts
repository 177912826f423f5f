import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startedId } from '../../src/api/plugins/idempotency.ts';
import { FoliosError } from '../../src/contracts/errors.ts';
import { type ApiStand, type Caller, startApi } from './api-stand.ts';

const DAY_MS = 86_400_000;

describe('a request that starts something', () => {
  let api: ApiStand;
  let ada: Caller;
  let started: string[];
  let behave: () => Promise<void>;
  beforeAll(async () => {
    api = await startApi({
      extend: async (app) => {
        app.post(
          '/start',
          {
            config: { access: 'trade', startsSomething: true },
            schema: {
              operationId: 'start',
              body: z.strictObject({ what: z.string().max(10), times: z.int().default(1) }),
              response: { 201: z.strictObject({ id: z.uuid() }) },
            },
          },
          async (request, reply) => {
            const id = startedId(request);
            started.push(id);
            await behave();
            return reply.code(201).send({ id });
          },
        );
      },
    });
    ada = await api.addUser('ada', 'trader');
  });
  afterAll(() => api.close());

  const start = (key: string | null, payload: object = { what: 'run' }, caller = ada) => {
    started ??= [];
    return api.call({ method: 'POST', url: '/start', payload, headers: key ? { 'idempotency-key': key } : {} }, caller);
  };
  const fresh = () => {
    started = [];
    behave = async () => undefined;
  };

  test('is done once, and its repetition is given the first answer', async () => {
    fresh();
    const first = await start('a');
    const again = await start('a', { times: 1, what: 'run' });
    expect([first.statusCode, again.statusCode, again.body]).toEqual([201, 201, first.body]);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
    expect(started).toEqual([first.json().id]);
    await start(null);
    await start(null);
    expect(started).toHaveLength(3);
  });

  test('is given the first answer after a restart as well', async () => {
    fresh();
    const first = await start('restart');
    await api.restart();
    expect((await start('restart')).body).toBe(first.body);
    expect(started).toHaveLength(1);
  });

  test('is refused with the key of another request, and its key means nothing to anybody else', async () => {
    fresh();
    await start('b');
    expect((await start('b', { what: 'else' })).json()).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
    const bea = await api.addUser('bea', 'trader');
    expect((await start('b', { what: 'else' }, bea)).statusCode).toBe(201);
    expect(started).toHaveLength(2);
  });

  test('is done once although it comes many times at the same moment', async () => {
    fresh();
    const finish = Promise.withResolvers<void>();
    behave = () => finish.promise;
    // The first ends only after all the others have been told to wait.
    let refused = 0;
    const attempts = Array.from({ length: 8 }, async () => {
      const answer = await start('c');
      if (answer.statusCode === 409) refused += 1;
      if (refused === 7) finish.resolve();
      return answer;
    });
    const answers = await Promise.all(attempts);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    const waiting = answers.find(({ statusCode }) => statusCode === 409);
    expect(waiting?.json()).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS', retryable: true });
    expect((await start('c')).statusCode).toBe(201);
    expect(started).toHaveLength(1);
  });

  test('may be repeated after a failure that may pass, and not after one that stands', async () => {
    fresh();
    behave = async () => {
      throw new FoliosError('BROKER_NOT_READY', 'not now');
    };
    expect((await start('d')).statusCode).toBe(503);
    behave = async () => undefined;
    expect((await start('d')).statusCode).toBe(201);
    behave = async () => {
      throw new FoliosError('ORDER_DENIED', 'never');
    };
    expect((await start('e')).statusCode).toBe(422);
    behave = async () => undefined;
    expect((await start('e')).json()).toMatchObject({ code: 'ORDER_DENIED' });
    expect(started).toHaveLength(3);
    expect(started[0]).toBe(started[1]);
  });

  test('whose process died half way is begun again under the same id', async () => {
    fresh();
    const { db } = api.database;
    const first = (await start('f')).json();
    await db
      .updateTable('idempotency_keys')
      .set({ status: null, body: null, content_type: null })
      .where('key', '=', 'f')
      .execute();
    expect((await start('f')).json()).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    api.clock.now = new Date(api.clock.now.getTime() + 5 * 60_000 + 1);
    expect((await start('f')).json()).toEqual(first);
    expect(started).toEqual([first.id, first.id]);
  });

  test('is forgotten after a day', async () => {
    fresh();
    await start('g');
    api.clock.now = new Date(api.clock.now.getTime() + DAY_MS + 1);
    expect((await start('g', { what: 'else' })).statusCode).toBe(201);
    const kept = await api.database.db.selectFrom('idempotency_keys').select('key').execute();
    expect(kept).toEqual([{ key: 'g' }]);
  });

  test.each(['', 'a b', 'x'.repeat(256), 'é'])('refuses the key %j', async (key) => {
    const headers = { 'idempotency-key': key };
    expect((await api.call({ method: 'POST', url: '/start', payload: { what: 'x' }, headers }, ada)).statusCode).toBe(
      400,
    );
  });
});
