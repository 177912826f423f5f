import type { TemporalSettings } from '../adapters/temporal/connection.ts';
import type { Config } from '../config.ts';

/** The configuration as the Temporal adapter wants it. */
export function temporalSettings(config: Config): TemporalSettings {
  return {
    external: config.temporal.external,
    embeddedAddress: `127.0.0.1:${config.ports.temporal}`,
    namespace: config.temporal.namespace,
    environment: config.temporal.environment.reveal(),
    encryptionKeys: config.encryptionKeys.map(({ id, key }) => ({ id, key: key.reveal() })),
  };
}
