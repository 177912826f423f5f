import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/main/embedded/postgres.ts';

describe('embedded PostgreSQL', () => {
  let directory: string;
  let dataDir: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'folios-embedded-'));
    dataDir = path.join(directory, 'state', 'postgres');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const start = (log?: (line: string) => void) =>
    startEmbeddedPostgres({ dataDir, port: 0, ...(log === undefined ? {} : { log }) });
  const lockFile = () => path.join(dataDir, 'postmaster.pid');

  async function ask<T>({ url }: EmbeddedPostgres, statement: string): Promise<readonly T[]> {
    const db = openDatabase(url, { maxConnections: 1 });
    try {
      return (await sql.raw<T>(statement).execute(db)).rows;
    } finally {
      await closeDatabase(db);
    }
  }

  /** Another process that starts the server and then waits to be killed. */
  async function startedElsewhere(): Promise<ChildProcess> {
    const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'server-parent.ts'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    return parent;
  }

  async function kill(parent: ChildProcess): Promise<void> {
    parent.kill('SIGKILL');
    if (parent.signalCode === null) await once(parent, 'exit');
  }

  test('the first start makes a durable UTF-8 database on loopback only, with its password in a private file', async () => {
    const server = await start();
    const settings = await ask(
      server,
      `select current_database() as database, current_setting('server_encoding') as encoding,
        current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('listen_addresses') as address, current_setting('data_directory') as directory`,
    );
    expect(settings).toEqual([
      { database: 'folios', encoding: 'UTF8', fsync: 'on', commit: 'on', address: '127.0.0.1', directory: dataDir },
    ]);
    const stateFile = path.join(directory, 'state/postgres.json');
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
    const { password } = JSON.parse(await readFile(stateFile, 'utf8')) as { password: string };
    expect(new URL(server.url).password).toBe(password);
    await expect(ask({ ...server, url: server.url.replace(password, 'guess') }, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
    await ask(server, 'create table kept (id int)');
    await Promise.all([server.stop(), server.stop()]);
    await expect(stat(lockFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a later start finds the data again, also after the password file was lost', async () => {
    await unlink(path.join(directory, 'state/postgres.json'));
    const server = await start();
    expect(await ask(server, 'select count(*) as rows from kept')).toEqual([{ rows: 0 }]);
    await server.stop();
  });

  test('a server whose starter still lives is not touched; once that was killed, it is shut down and replaced', async () => {
    const parent = await startedElsewhere();
    try {
      await expect(start()).rejects.toMatchObject({ code: 'STATE_IN_USE', details: { ownerPid: parent.pid } });
    } finally {
      await kill(parent);
    }
    const left = Number((await readFile(lockFile(), 'utf8')).split('\n')[0]);
    const lines: string[] = [];
    const server = await start((line) => lines.push(line));
    expect(lines[0]).toContain(`shutting down PostgreSQL (process ${left})`);
    expect(server.pid).not.toBe(left);
    expect(await ask(server, 'select count(*) as rows from kept')).toEqual([{ rows: 0 }]);
    await server.stop();
  });

  test('after a power cut the data is recovered', async () => {
    const parent = await startedElsewhere();
    process.kill(Number((await readFile(lockFile(), 'utf8')).split('\n')[0]), 'SIGKILL');
    await kill(parent);
    const server = await start();
    expect(await ask(server, 'select count(*) as rows from kept')).toEqual([{ rows: 0 }]);
    await server.stop();
  });

  test('a stale lock whose process id now belongs to another program does not hinder the start or that program', async () => {
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await writeFile(lockFile(), `${bystander.pid}\n${dataDir}\n1\n5433\n\n127.0.0.1\n 1 2\nready   \n`);
    const server = await start();
    expect(bystander.exitCode).toBeNull();
    await server.stop();
    await kill(bystander);
  });

  test('a taken port is PORT_IN_USE, naming it and its variable, before anything is created', async () => {
    const taken: Server = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const other = path.join(directory, 'other', 'postgres');
    await expect(startEmbeddedPostgres({ dataDir: other, port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`${port}.*FOLIOS_POSTGRES_PORT`)),
    });
    await expect(stat(path.dirname(other))).rejects.toMatchObject({ code: 'ENOENT' });
    taken.close();
  });
});
