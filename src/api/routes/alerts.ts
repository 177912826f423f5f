import { FoliosError } from '../../contracts/errors.ts';
import {
  alertListSchema,
  alertParamsSchema,
  alertQuerySchema,
  alertSchema,
} from '../../contracts/schemas/api/alerts.ts';
import { type Principal, Scope } from '../../domain/access/principal.ts';
import type { AlertBooks, AlertRecord } from '../../ports/alerts.ts';
import type { Ownership } from '../../ports/ownership.ts';
import type { ApiApp } from '../api-app.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';
import { visibleTo } from '../visibility.ts';

export interface AlertRoutePorts {
  readonly alerts: AlertBooks;
  readonly ownership: Ownership;
  now(): Date;
}

const tags = ['alerts'];

/** What happened that a person should know of. What belongs to no strategy and no account is for administrators. */
export async function alertRoutes(app: ApiApp, ports: AlertRoutePorts): Promise<void> {
  listRoute(app, ports);

  app.get(
    '/alerts/:alertId',
    {
      schema: {
        operationId: 'getAlert',
        tags,
        summary: 'One alert',
        description: 'With every line that its repetitions added.',
        params: alertParamsSchema,
        response: { 200: alertSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, params }) => requireAlert(ports, principal, params.alertId),
  );

  app.post(
    '/alerts/:alertId/acknowledge',
    {
      schema: {
        operationId: 'acknowledgeAlert',
        tags,
        summary: 'Acknowledge an alert',
        description: 'Notes who has seen it; the first one stays. What is repeated afterwards is a new alert.',
        params: alertParamsSchema,
        response: { 200: alertSchema },
      },
      config: { access: Scope.trade },
    },
    async ({ principal, params }) => {
      const { alertId } = await requireAlert(ports, principal, params.alertId);
      const acknowledged = await ports.alerts.acknowledge(alertId, principal.name, ports.now());
      return acknowledged ?? notFound(alertId);
    },
  );
}

function listRoute(app: ApiApp, ports: AlertRoutePorts): void {
  app.get(
    '/alerts',
    {
      schema: {
        operationId: 'listAlerts',
        tags,
        summary: 'List alerts',
        description:
          'Newest first. Only those that nobody has acknowledged, unless `all=true`; tests of channels are left out.',
        querystring: alertQuerySchema,
        response: { 200: alertListSchema },
      },
      config: { access: Scope.read },
    },
    async ({ principal, query }) => {
      const { all, kind, severity, limit, cursor } = query;
      const found = await ports.alerts.list({
        ...(all === true ? {} : { acknowledged: false }),
        ...(kind === undefined ? {} : { kind }),
        ...(severity === undefined ? {} : { severity }),
        seenBy: await seenBy(ports, principal),
        after: cursor === undefined ? null : placeOf(cursor),
        limit: limit + 1,
      });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const isMore = last !== undefined && found.length > limit;
      return {
        items,
        nextCursor: isMore ? encodeCursor({ at: last.firstSeenAt.toISOString(), id: last.alertId }) : null,
      };
    },
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function placeOf(cursor: string): { firstSeenAt: Date; alertId: string } {
  const { at, id } = decodeCursor(cursor, ['at', 'id']);
  const firstSeenAt = new Date(at);
  if (UUID.test(id) && !Number.isNaN(firstSeenAt.getTime())) return { firstSeenAt, alertId: id };
  throw new FoliosError('RESOURCE_NOT_FOUND', 'no page of this list begins at this cursor');
}

async function seenBy({ ownership }: AlertRoutePorts, principal: Principal) {
  const { strategies, accounts } = await visibleTo(principal, ownership);
  return strategies === null || accounts === null ? null : { strategies, accounts };
}

async function requireAlert(ports: AlertRoutePorts, principal: Principal, alertId: string): Promise<AlertRecord> {
  const [alert, seen] = await Promise.all([ports.alerts.find(alertId), seenBy(ports, principal)]);
  if (alert === null) return notFound(alertId);
  const isSeen =
    seen === null ||
    (alert.strategyId !== null && seen.strategies.has(alert.strategyId)) ||
    (alert.accountId !== null && seen.accounts.has(alert.accountId));
  return isSeen ? alert : notFound(alertId);
}

function notFound(alertId: string): never {
  throw new FoliosError('RESOURCE_NOT_FOUND', `no alert has the id ${alertId}`);
}
