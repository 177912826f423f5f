import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { FoliosError } from '../../contracts/errors.ts';
import type { ApiApp } from '../api-app.ts';

/**
 * What no route answers is RESOURCE_NOT_FOUND, or METHOD_NOT_ALLOWED with the header `Allow` where the address has other
 * methods. Before all routes, which it learns as they are added; after the guard, and before bodies are read.
 */
export function addUnknownAddresses(app: ApiApp): void {
  const methods = new Map<string, KnownAddress>();
  app.addHook('onRoute', ({ url, method }: RouteOptions) => {
    const known = methods.get(url) ?? { ...patternOf(url), methods: new Set<string>() };
    for (const one of [method].flat()) known.methods.add(one);
    methods.set(url, known);
  });
  const refuse = (request: FastifyRequest, reply: FastifyReply): never => {
    const path = request.url.split('?', 1)[0] ?? '';
    const matching = [...methods.values()].filter(({ pattern }) => pattern.test(path));
    // An address of its own goes before one with a parameter that could stand for it.
    const known = matching.toSorted((a, b) => a.parameters - b.parameters)[0];
    if (!known) throw new FoliosError('RESOURCE_NOT_FOUND', `there is nothing at ${path.slice(0, 500)}`);
    const names = [...known.methods].sort().join(', ');
    reply.header('allow', names);
    throw new FoliosError('METHOD_NOT_ALLOWED', `${request.method} is not possible here; possible are ${names}`);
  };
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) refuse(request, reply);
  });
  app.setNotFoundHandler(refuse);
}

interface KnownAddress {
  readonly pattern: RegExp;
  readonly parameters: number;
  readonly methods: Set<string>;
}

/** `/users/:userId` as an expression; a wildcard takes the rest. */
function patternOf(url: string): Omit<KnownAddress, 'methods'> {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return { pattern: new RegExp(`^${parts.join('/')}$`), parameters: url.split(/[:*]/).length - 1 };
}
