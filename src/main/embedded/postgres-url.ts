import { existsSync } from 'node:fs';
import path from 'node:path';

/** The superuser of the embedded cluster, and the database that folios keeps everything in. */
export const POSTGRES_USER = 'folios';
const DATABASE = 'folios';

/** What a socket's path may be long: 104 bytes on macOS, 108 on Linux, the final NUL among them. */
const MAX_SOCKET_PATH = 103;

/**
 * The folder for the server's Unix socket: the data directory, which nobody else may enter. Empty where the socket's path
 * would be too long; then there is TCP alone.
 */
export function socketFolder(dataDir: string, port: number): string {
  return Buffer.byteLength(socketFile(dataDir, port)) <= MAX_SOCKET_PATH ? path.resolve(dataDir) : '';
}

/**
 * The address of the embedded server: its Unix socket where there is one, which spares every statement the way through the
 * network's layers, else its port on loopback.
 */
export function embeddedPostgresUrl(dataDir: string, port: number, password: string): string {
  const url = `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
  const hasSocket = socketFolder(dataDir, port) !== '' && existsSync(socketFile(dataDir, port));
  return hasSocket ? `${url}?host=${encodeURIComponent(socketFolder(dataDir, port))}` : url;
}

/** As PostgreSQL names it. */
function socketFile(dataDir: string, port: number): string {
  return path.join(path.resolve(dataDir), `.s.PGSQL.${port}`);
}
