import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiApp } from '../api-app.ts';
import { DOCS_PREFIX } from './route-rules.ts';

const DESCRIPTION = `Everything that the command line can do. Amounts are decimal strings in US dollars, times ISO 8601 in UTC.
Lists answer \`items\` and \`nextCursor\`. Failures are Problem Details (RFC 9457) with a stable \`code\`.
\`/api\` is an alias of \`/api/v1\`.`;

const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Collects the OpenAPI document from the routes that follow, and shows it with Swagger UI. */
export async function addDocumentation(app: ApiApp, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'folios', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token, `fol_…`' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'folios_session',
            description: 'A login; changes also need the header `X-Folios-CSRF`',
          },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, {
    routePrefix: DOCS_PREFIX,
    staticCSP: DOCS_POLICY,
    uiConfig: {
      requestInterceptor: withProof,
    },
  });
}

/**
 * Runs in the reader's browser, which is logged in with a cookie: what is tried from the page carries its proof. Names
 * nothing of this file, since Swagger UI is given its text.
 */
function withProof(request: Record<string, unknown>): Record<string, unknown> {
  const { cookie } = (globalThis as unknown as { document: { cookie: string } }).document;
  const proof = /(?:^|; )folios_csrf=([^;]+)/.exec(cookie)?.[1];
  return proof ? { ...request, headers: { ...(request.headers as object), 'X-Folios-CSRF': proof } } : request;
}

/** `GET /openapi.json`, within the prefix of the version. */
export async function documentRoutes(app: ApiApp): Promise<void> {
  app.get(
    '/openapi.json',
    {
      config: { access: 'read' },
      schema: {
        operationId: 'readDocument',
        tags: ['service'],
        summary: 'This document',
        description: 'The OpenAPI 3.1 document of this version.',
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async () => app.swagger() as unknown as Record<string, unknown>,
  );
}
