import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import type { NativeConnection } from '@temporalio/worker';
import { FoliosError } from '../../contracts/errors.ts';
import { createDataConverter } from './data-converter.ts';
import type { PayloadKey } from './payload-codec.ts';

const CONNECT_TIMEOUT_MS = 5_000;

export interface TemporalSettings {
  /** False: the embedded server on `embeddedAddress`. True: whatever `environment` says. */
  readonly external: boolean;
  readonly embeddedAddress: string;
  /** Used where `environment` and its config file name none. */
  readonly namespace: string;
  /** TEMPORAL_* and the places of config files, as `@temporalio/envconfig` reads them (address, TLS, API key, profile). */
  readonly environment: Readonly<Record<string, string>>;
  /** Empty: payloads are stored as they are. */
  readonly encryptionKeys: readonly PayloadKey[];
}

export interface TemporalLink {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  readonly connection: Connection;
  readonly dataConverter: DataConverter | undefined;
  /** Of clients, bundles and workers alike, such as what carries traces. */
  readonly plugins: readonly OpenTelemetryPlugin[];
  /** For workers; opened on first use, closed with the link. */
  native(): Promise<NativeConnection>;
  close(): Promise<void>;
}

/** Connects and sees the namespace answer; TEMPORAL_UNREACHABLE with address and remedy within 5 seconds. */
export async function connectTemporal(
  settings: TemporalSettings,
  plugins: readonly OpenTelemetryPlugin[] = [],
): Promise<TemporalLink> {
  const { address, namespace, ...options } = resolveTarget(settings);
  const dataConverter = createDataConverter(settings.encryptionKeys);
  const connection = await open(address, namespace, options, settings.external);
  const client = new Client({
    ...{ connection, namespace, plugins: [...plugins] },
    ...(dataConverter ? { dataConverter } : {}),
  });
  let native: Promise<NativeConnection> | undefined;
  return {
    address,
    namespace,
    client,
    connection,
    dataConverter,
    plugins,
    native: () => {
      // Loaded here because a command line call, which needs no worker, should start quickly.
      native ??= import('@temporalio/worker').then((worker) =>
        worker.NativeConnection.connect({ address, ...options }),
      );
      return native;
    },
    close: async () => {
      await connection.close();
      await native?.then((one) => one.close());
    },
  };
}

type Security = Pick<ConnectionOptions, 'tls'> & { apiKey?: string; metadata?: Record<string, string> };

function resolveTarget(settings: TemporalSettings): { address: string; namespace: string } & Security {
  if (!settings.external) return { address: settings.embeddedAddress, namespace: settings.namespace };
  let loaded: ReturnType<typeof loadClientConnectConfig>;
  try {
    loaded = loadClientConnectConfig({ overrideEnvVars: { ...settings.environment } });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new FoliosError('CONFIG_INVALID', `Temporal's connection settings cannot be used: ${reason}`, {}, { cause });
  }
  const { address, tls, apiKey, metadata } = loaded.connectionOptions;
  return {
    address: address ?? settings.embeddedAddress,
    namespace: loaded.namespace ?? settings.namespace,
    ...(tls === undefined ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
  };
}

async function open(address: string, namespace: string, options: Security, external: boolean): Promise<Connection> {
  // Without the SDK's retries, so that a server that is down is reported at once and not after the whole time limit.
  const probe = Connection.lazy({ address, ...options, interceptors: [] });
  try {
    await probe.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
      probe.workflowService.describeNamespace({ namespace }),
    );
  } catch (cause) {
    throw unreachable(address, namespace, external, cause);
  } finally {
    await probe.close();
  }
  return Connection.lazy({ address, ...options });
}

const NOT_FOUND = 5;
const DEADLINE_EXCEEDED = 4;

function unreachable(address: string, namespace: string, external: boolean, cause: unknown): FoliosError {
  const { code, details, message } = cause as { code?: number; details?: string; message: string };
  if (code === NOT_FOUND) {
    return new FoliosError(
      'TEMPORAL_UNREACHABLE',
      `Temporal at ${address} has no namespace "${namespace}"; create it (temporal operator namespace create -n ` +
        `${namespace}) or set TEMPORAL_NAMESPACE`,
      { address, namespace },
      { cause },
    );
  }
  // gRPC wraps the system's own words, such as `connect ECONNREFUSED 127.0.0.1:7233`, in a sentence about itself.
  const system = /Last error: Error: (.*?)\. Resolution note/.exec(details ?? '')?.[1];
  const reason = code === DEADLINE_EXCEEDED ? 'no answer within 5 s' : (system ?? details ?? message);
  const remedy = external
    ? 'check TEMPORAL_ADDRESS, its TLS and API key settings, and that the server is up'
    : 'start it with `npm start`, or set TEMPORAL_ADDRESS to a server of your own';
  return new FoliosError(
    'TEMPORAL_UNREACHABLE',
    `Temporal at ${address} cannot be reached (${reason}); ${remedy}`,
    { address },
    { cause },
  );
}
