import { FoliosError } from '../../contracts/errors.ts';
import { codecHeadersSchema, payloadsSchema } from '../../contracts/schemas/api/codec.ts';
import { Scope } from '../../domain/access/principal.ts';
import type { RemoteCodec } from '../../ports/remote-codec.ts';
import type { ApiApp } from '../api-app.ts';

/** Temporal stores payloads of two megabytes at most; in base64, and some of them in one request. */
const MAX_BODY_BYTES = 4_500_000;
const PREFLIGHT_SECONDS = '600';

export interface CodecPorts {
  readonly codec: RemoteCodec;
  /** Whose pages may ask: the origins of Temporal's Web UI. */
  readonly codecOrigins: readonly string[];
}

/**
 * Temporal's remote codec protocol, for its Web UI and command line: payloads of everybody, so for administrators. Pages
 * of the Web UI may ask with the credentials of this service, pages of no other site.
 */
export async function codecRoutes(app: ApiApp, { codec, codecOrigins }: CodecPorts): Promise<void> {
  app.addHook('onSend', async ({ headers }, reply) => {
    const { origin } = headers;
    reply.header('vary', 'Origin');
    if (origin === undefined || !codecOrigins.includes(origin)) return;
    reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true');
  });

  for (const method of ['encode', 'decode'] as const) {
    app.options(
      `/codec/${method}`,
      { schema: { hide: true }, config: { access: 'public' } },
      async ({ headers }, reply) => {
        if (!codecOrigins.includes(headers.origin ?? ''))
          throw new FoliosError('UNAUTHENTICATED', 'log in, or send a token');
        reply
          .header('access-control-allow-methods', 'POST')
          .header('access-control-allow-headers', 'authorization, authorization-extras, content-type, x-namespace')
          .header('access-control-max-age', PREFLIGHT_SECONDS);
        return reply.code(204).send();
      },
    );

    app.post(
      `/codec/${method}`,
      {
        schema: {
          operationId: `${method}Payloads`,
          tags: ['codec'],
          summary: method === 'decode' ? 'Decrypt Temporal payloads' : 'Encrypt Temporal payloads',
          description: 'Temporal’s remote codec protocol. Payloads that are not encrypted are decoded to themselves.',
          headers: codecHeadersSchema,
          body: payloadsSchema,
          response: { 200: payloadsSchema },
        },
        bodyLimit: MAX_BODY_BYTES,
        config: { access: Scope.admin, alsoFromPagesOf: codecOrigins },
      },
      async ({ body, headers }) => {
        const namespace = headers['x-namespace'];
        if (namespace !== undefined && namespace !== codec.namespace) {
          throw new FoliosError('INPUT_INVALID', `this codec serves the namespace ${codec.namespace} only`);
        }
        return { payloads: await codec[method](body.payloads) };
      },
    );
  }
}
