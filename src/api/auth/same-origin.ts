import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { FoliosError } from '../../contracts/errors.ts';

const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * ORIGIN_REFUSED for a request that a browser sends on behalf of another site. Programs that are no browsers send neither
 * header and pass: what they need is a credential.
 */
export function requireSameOrigin(request: FastifyRequest): void {
  if (isFromTrustedPage(request)) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isOurs = origin === undefined || hostOfUrl(origin) === request.host.toLowerCase();
  const isSameSite = site === undefined || site === 'same-origin' || site === 'none';
  if (isOurs && isSameSite) return;
  throw new FoliosError('ORIGIN_REFUSED', 'the request comes from a page of another site');
}

/** Whether a page asks that the route trusts beside our own. */
export function isFromTrustedPage({ headers, routeOptions }: FastifyRequest): boolean {
  return headers.origin !== undefined && routeOptions.config.alsoFromPagesOf?.includes(headers.origin) === true;
}

/** The address of a server that is reachable from this machine alone. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}

/**
 * Whether the request comes from this machine and means it: the socket is local, the name it was called by as well (a name
 * of somebody else's that resolves to us is an attack), and no proxy passed it on.
 */
export function isFromThisMachine(request: FastifyRequest): boolean {
  if (FORWARDING.some((header) => request.headers[header] !== undefined)) return false;
  const peer = request.socket.remoteAddress;
  const name = (request.headers.host ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
  return peer !== undefined && isLoopbackAddress(peer) && LOOPBACK_NAMES.has(name);
}

function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

/** `host:port` as a `Host` header writes it; null for an opaque origin. */
function hostOfUrl(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host.toLowerCase() : null;
}
