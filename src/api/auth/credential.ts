import type { FastifyRequest } from 'fastify';

/** How the principal of a request proved who they are. */
export type Credential =
  | { readonly kind: 'session'; readonly sessionId: string; readonly csrfToken: string }
  | { readonly kind: 'token'; readonly tokenId: string }
  | { readonly kind: 'owner_at_this_machine' };

declare module 'fastify' {
  interface FastifyRequest {
    /** Set together with `principal`. */
    credential: Credential;
  }
}

export const SESSION_COOKIE = 'folios_session';
export const CSRF_COOKIE = 'folios_csrf';
export const CSRF_HEADER = 'x-folios-csrf';

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Whether the request may change something. */
export function isChange(request: FastifyRequest): boolean {
  return UNSAFE.has(request.method);
}
