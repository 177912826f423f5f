import { createApiTokens } from '../../db/repositories/api-tokens.ts';
import { createIdempotencyKeys } from '../../db/repositories/idempotency.ts';
import { createOwnership } from '../../db/repositories/ownership.ts';
import { createUserSessions } from '../../db/repositories/user-sessions.ts';
import { createUsers } from '../../db/repositories/users.ts';
import { createRemoteCodec } from '../../src/adapters/temporal/remote-codec.ts';
import { createSchedules } from '../../src/main/schedules.ts';
import { temporalSettings } from '../../src/main/temporal-settings.ts';
import { type ApiStand, type StandOptions, startApi } from '../api/api-stand.ts';
import type { ResearchHarness } from './research-harness.ts';

/** The API over a research service: its database, its Temporal, its keys. */
export function startHarnessApi(
  { config, services, client, namespace }: ResearchHarness,
  {
    codecOrigins = [],
    ports = {},
  }: { codecOrigins?: readonly string[]; ports?: NonNullable<StandOptions['ports']> } = {},
): Promise<ApiStand> {
  const { db, strategies } = services;
  return startApi({
    ports: {
      users: createUsers(db),
      sessions: createUserSessions(db),
      tokens: createApiTokens(db),
      ownership: createOwnership(db),
      idempotency: createIdempotencyKeys(db),
      strategies,
      schedules: createSchedules(config, services, client),
      codec: createRemoteCodec(namespace, temporalSettings(config).encryptionKeys),
      codecOrigins,
      ...ports,
    },
  });
}
