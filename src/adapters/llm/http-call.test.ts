import { afterEach, describe, expect, test } from '@jest/globals';
import { type LocalServer, startLocalServer } from '../../../test/contracts/llm/local-server.ts';
import { openHttpCall } from './http-call.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...args: Parameters<typeof startLocalServer>): Promise<LocalServer> {
  const server = await startLocalServer(...args);
  servers.push(server);
  return server;
}

const KEYS = { authorization: 'Bearer k', 'x-goog-api-key': 'k', accept: 'text/plain' };

describe('an HTTP call', () => {
  test('fails where the body stalls, not only where the headers do', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('{');
    });
    const call = openHttpCall({ timeoutMs: 100 });
    await expect(call.fetch(server.url)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(call.outcome()).toMatchObject({ kind: 'failed', cause: 'timeout' });
  });

  test('stops reading a body beyond 64 MB', async () => {
    const megabyte = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const server = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && sent++ < 200) if (!response.write(megabyte)) return response.once('drain', more);
        return response.end();
      };
      more();
    });
    await expect(openHttpCall({ timeoutMs: 10_000 }).fetch(server.url)).rejects.toMatchObject({
      code: 'ANSWER_TOO_LARGE',
    });
    expect(sent).toBeLessThan(100);
  });

  test('reads only the first line where that is all it needs', async () => {
    const server = await serve((_, response) => {
      response.write('{"first":1}\n{"second"');
    });
    const call = openHttpCall({ timeoutMs: 5000, firstLineOnly: true });
    await call.fetch(server.url);
    expect(Buffer.from(call.body()).toString()).toBe('{"first":1}\n{"second"');
  });

  test('follows a redirect of a read and leaves the keys behind when it goes to another origin', async () => {
    const away = await serve((_, response) => response.end('there'));
    const home = await serve((request, response) => {
      const location = request.path === '/a' ? '/b' : `${away.url}/c`;
      response.writeHead(302, { location }).end();
    });
    const response = await openHttpCall({ timeoutMs: 5000 }).fetch(`${home.url}/a`, { headers: KEYS });
    expect(await response.text()).toBe('there');
    expect(home.requests[1]?.headers).toMatchObject(KEYS);
    expect(away.requests[0]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(away.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(away.requests[0]?.headers).not.toHaveProperty('x-goog-api-key');
  });

  test('never repeats a write elsewhere, and ends a circle of redirects', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: '/again' }).end());
    const call = openHttpCall({ timeoutMs: 5000 });
    expect((await call.fetch(server.url, { method: 'POST', body: '{}' })).status).toBe(307);
    expect(server.requests).toHaveLength(1);
    expect((await call.fetch(server.url)).status).toBe(307);
    expect(server.requests).toHaveLength(5);
  });
});
