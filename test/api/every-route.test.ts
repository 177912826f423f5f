import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { PROBLEM_STATUSES } from '../../src/api/problem-status.ts';
import { type ApiStand, startApi } from './api-stand.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

describe('every route', () => {
  let api: ApiStand;
  let operations: readonly { method: string; path: string; operation: Operation }[];
  beforeAll(async () => {
    api = await startApi();
    const document = (await api.call({ method: 'GET', url: '/api/openapi.json' })).json<Document>();
    expect(document.openapi).toBe('3.1.0');
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    await api.addUser('ada', 'admin');
  });
  afterAll(() => api.close());

  const call = (method: string, url: string, headers: Record<string, string> = {}) =>
    api.call({ method: method as NonNullable<InjectOptions['method']>, url, headers });

  test('answers nothing but 401 without a credential, or with a false one; health and login excepted', async () => {
    const open = ['GET /api/v1/health', 'POST /api/v1/login'];
    const answers: string[] = [];
    for (const { method, path } of operations) {
      const id = '0198c0de-1111-7000-8000-000000000001';
      const url = path.replace(/\{[^}]+\}/g, id);
      if (open.includes(`${method} ${path}`)) continue;
      for (const address of [url, url.replace('/api/v1/', '/api/')]) {
        for (const headers of [{}, { authorization: 'Bearer fol_x' }, { cookie: 'folios_session=x' }]) {
          const { statusCode } = await call(method, address, headers);
          if (statusCode !== 401) answers.push(`${method} ${address} ${statusCode}`);
        }
      }
    }
    expect(answers).toEqual([]);
    expect(operations.length).toBeGreaterThan(15);
  });

  test('outside of the document neither: pages, their parts, unknown addresses and methods', async () => {
    for (const url of [
      '/',
      '/api/docs',
      '/api/docs/',
      '/api/docs/json',
      '/api/docs/static/index.html',
      '/nothing',
      '/api',
    ]) {
      for (const method of ['GET', 'POST', 'OPTIONS']) expect((await call(method, url)).statusCode).toBe(401);
    }
    expect((await call('GET', '/api/health')).statusCode).toBe(200);
    expect((await call('POST', '/api/login')).statusCode).toBe(400);
  });

  test('has a name of its own, a summary, a tag, and documents what may go wrong', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, path, operation } of operations) {
      const { summary, tags, responses, security } = operation;
      const wanted = ['400', '429', '500', '503', ...(security?.length === 0 ? [] : ['401', '403', '404'])];
      const missing = wanted.filter((status) => !(status in responses));
      expect([method, path, missing, Boolean(summary), tags?.length]).toEqual([method, path, [], true, 1]);
    }
  });

  test('has a documented problem for every status in the table of codes', () => {
    const documented = new Set(operations.flatMap(({ operation }) => Object.keys(operation.responses).map(Number)));
    expect(PROBLEM_STATUSES.filter((status) => !documented.has(status))).toEqual([]);
  });
});
