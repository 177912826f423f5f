import { createServer } from 'node:net';
import { FoliosError } from '../../contracts/errors.ts';

/** A port that something of ours will listen on. */
export interface WantedPort {
  readonly port: number;
  readonly purpose: string;
  readonly variable: string;
}

/** Fails with PORT_IN_USE, naming every taken port with its variable, unless all of them are free right now. */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const checked = await Promise.allSettled(
    wanted.map(({ port, purpose, variable }) => requireFreePort(port, purpose, variable)),
  );
  const failures = checked.flatMap((one) => (one.status === 'rejected' ? [one.reason as FoliosError] : []));
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new FoliosError(first.code, failures.map(({ message }) => message).join('\n'), {
    ports: failures.map(({ details }) => details),
  });
}

/** Fails with PORT_IN_USE, naming port and variable, unless the loopback port is free right now. */
export async function requireFreePort(port: number, purpose: string, variable: string): Promise<void> {
  try {
    await listenOnce(port);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw portInUse(port, purpose, variable);
    const reason = code === 'EACCES' ? 'needs privileges' : `cannot be used (${code})`;
    throw new FoliosError('CONFIG_INVALID', `port ${port} for ${purpose} ${reason}; set ${variable} to another one`, {
      port,
      variable,
    });
  }
}

export function portInUse(port: number, purpose: string, variable: string): FoliosError {
  return new FoliosError(
    'PORT_IN_USE',
    `port ${port} for ${purpose} is taken by another program; free it or set ${variable} to another one`,
    { port, variable },
  );
}

/** A loopback port that is free now, and was not handed out a moment ago. */
export function findFreePort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
