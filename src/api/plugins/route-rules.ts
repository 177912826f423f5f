import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import { problemSchema } from '../../contracts/schemas/api/problem.ts';
import type { ApiApp } from '../api-app.ts';

/** Where Swagger UI lives; the package's own routes cannot state who may call them. */
export const DOCS_PREFIX = '/api/docs';

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The input does not fit its schema; `errors` names every field.',
  401: 'No valid session or token came with the request.',
  403: 'The user or the token may not do this, or the request comes from another site.',
  404: 'There is no such thing, or it is somebody else’s.',
  405: 'The address has no such method.',
  409: 'The state of things does not allow this now.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'What is asked for is denied, by a rule here or by a broker or provider.',
  429: 'Too many requests; `Retry-After` says how long to wait.',
  500: 'A defect in folios.',
  503: 'A part that is needed does not answer now.',
};
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const idempotencyHeader = z.looseObject({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters')
    .optional()
    .describe('The same key with the same request gives the first answer again, for 24 hours'),
});

/**
 * What holds for every route: it says who may call it, or it is refused at start; it refuses query keys it does not know;
 * and every answer it may give is in the document.
 */
export function addRouteRules(app: ApiApp): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(DOCS_PREFIX)) route.config = { ...route.config, access: 'read' };
    const access = route.config?.access;
    if (access === undefined) {
      throw new Error(`the route ${[route.method].flat().join(', ')} ${route.url} does not state config.access`);
    }
    if (route.schema === undefined || (route.schema as { hide?: boolean }).hide) return;
    route.schema = documented(route, access === 'public');
  });
}

function documented(route: RouteOptions, isPublic: boolean): NonNullable<RouteOptions['schema']> {
  const schema = route.schema ?? {};
  const isUnsafe = [route.method].flat().some((method) => UNSAFE.has(method));
  const problems = [
    ...[400, 429, 500, 503],
    ...(isPublic && schema.params === undefined ? [] : [404]),
    // An id that is empty or a dot makes the address of something else.
    ...(schema.params === undefined ? [] : [405]),
    ...(isPublic ? [] : [401]),
    ...(isPublic && !isUnsafe ? [] : [403]),
    ...(isUnsafe ? [401, 409, 413, 415, 422] : [409, 422]),
  ];
  const responses = Object.fromEntries(problems.map((status) => [status, problemResponse(MEANINGS[status] ?? '')]));
  const unchanged = [route.method].flat().includes('GET')
    ? { 304: z.undefined().describe('Nothing has changed since the `ETag` in `If-None-Match`.') }
    : {};
  return {
    ...schema,
    querystring: schema.querystring ?? z.strictObject({}),
    ...(route.config?.startsSomething ? { headers: schema.headers ?? idempotencyHeader } : {}),
    ...(isPublic ? { security: [] } : {}),
    response: { ...unchanged, ...responses, ...(schema.response as Record<string, unknown> | undefined) },
  };
}

function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: problemSchema } } };
}
