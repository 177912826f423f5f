import { createHash } from 'node:crypto';
import type { ApiApp } from '../api-app.ts';

/** Answers to GET carry a weak ETag of their body; who has that body already is answered 304 without one. */
export function addEtags(app: ApiApp): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!reply.hasHeader('cache-control')) {
      reply.header('cache-control', request.method === 'GET' ? 'private, no-cache' : 'no-store');
    }
    const isCacheable = request.method === 'GET' && reply.statusCode === 200 && typeof payload === 'string';
    if (!isCacheable || reply.hasHeader('etag')) return payload;
    const etag = `W/"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
    reply.header('etag', etag);
    if (!matches(request.headers['if-none-match'], etag)) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return null;
  });
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => ['*', etag, etag.slice(2)].includes(one.trim()));
}
