import type { ApiApp } from './api-app.ts';
import type { LoginThrottle } from './auth/login-throttle.ts';
import { documentRoutes } from './plugins/documentation.ts';
import { type AlertRoutePorts, alertRoutes } from './routes/alerts.ts';
import { type CodecPorts, codecRoutes } from './routes/codec.ts';
import { type CostRoutePorts, costRoutes } from './routes/costs.ts';
import { type HealthOptions, healthRoutes } from './routes/health.ts';
import { type LineageRoutePorts, lineageRoutes } from './routes/lineage.ts';
import { type LoginRoutePorts, loginRoutes } from './routes/login.ts';
import { type NotificationRoutePorts, notificationRoutes } from './routes/notifications.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { type SessionRoutePorts, sessionRoutes } from './routes/sessions.ts';
import { type TokenRoutePorts, tokenRoutes } from './routes/tokens.ts';
import { type UserRoutePorts, userRoutes } from './routes/users.ts';
import type { ScheduleRoutePorts } from './schedule-targets.ts';
import { type TradingResourcePorts, tradingResources } from './trading-resources.ts';

/** What all routes together work with; each takes only what it names. */
export type ResourcePorts = LoginRoutePorts &
  UserRoutePorts &
  SessionRoutePorts &
  TokenRoutePorts &
  ScheduleRoutePorts &
  LineageRoutePorts &
  CodecPorts &
  AlertRoutePorts &
  NotificationRoutePorts &
  CostRoutePorts &
  TradingResourcePorts & {
    readonly throttle: LoginThrottle;
    readonly health: HealthOptions;
  };

/** Every route of the current version, in the order of the document. */
export const RESOURCES: readonly ((app: ApiApp, ports: ResourcePorts) => Promise<void>)[] = [
  healthRoutes,
  documentRoutes,
  loginRoutes,
  sessionRoutes,
  tokenRoutes,
  userRoutes,
  scheduleRoutes,
  lineageRoutes,
  codecRoutes,
  tradingResources,
  alertRoutes,
  notificationRoutes,
  costRoutes,
];
