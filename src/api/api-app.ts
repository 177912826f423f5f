import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Principal, Scope } from '../domain/access/principal.ts';

/** An application whose routes state their inputs and answers as zod schemas, from which the OpenAPI document is made. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication plugin before any handler of a route that is not public. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** Who may call the route. Every route states it; a route without it is refused at start. */
    access?: 'public' | Scope;
    /** The route starts something: an `Idempotency-Key` makes its repetition return the first answer. */
    startsSomething?: true;
    /** Origins of other sites whose pages may ask with the user's credentials; only for what changes nothing. */
    alsoFromPagesOf?: readonly string[];
  }
}
