import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeDatabase, openDatabase } from '../../../db/connection.ts';
import { createResearchRepository } from '../../../db/repositories/research.ts';
import { createTestDatabase, type TestDatabase } from '../postgres.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('locks', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('work under one name never overlaps, within a process and across sessions; other names run beside it', async () => {
    const second = openDatabase(database.url);
    const holders = [createResearchRepository(database.db), createResearchRepository(second)];
    let inside = 0;
    let most = 0;
    let beside = 0;
    const critical = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await holders[0]?.withLock(`other-${inside}`, async () => {
        beside += 1;
      });
      inside -= 1;
      return inside;
    };
    const all = Array.from({ length: 12 }, (_, index) => holders[index % 2]?.withLock('one', critical));
    expect(await Promise.all(all)).toEqual(Array(12).fill(0));
    expect(most).toBe(1);
    expect(beside).toBe(12);
    await closeDatabase(second);
  });

  test('holding many locks leaves the whole pool to the work under them', async () => {
    const small = openDatabase(database.url, { maxConnections: 1 });
    const research = createResearchRepository(small);
    const work = Array.from({ length: 30 }, (_, index) =>
      research.withLock(`task-${index}`, () => research.listTasks({ limit: 1 })),
    );
    expect(await Promise.all(work)).toHaveLength(30);
    await closeDatabase(small);
  });

  test('an error of the work is its caller’s, unchanged, and frees the lock', async () => {
    const research = createResearchRepository(database.db);
    const error = new Error('timeout of somebody else');
    await expect(research.withLock('failing', () => Promise.reject(error))).rejects.toBe(error);
    expect(await research.withLock('failing', async () => 'free')).toBe('free');
  });

  test('a killed process loses its locks', async () => {
    const holder = spawn(process.execPath, [path.join(import.meta.dirname, 'lock-holder.ts'), database.url, 'doomed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    const events: string[] = [];
    const taken = createResearchRepository(database.db).withLock('doomed', async () => events.push('taken'));
    await pause(300);
    events.push('killed');
    holder.kill('SIGKILL');
    await taken;
    expect(events).toEqual(['killed', 'taken']);
  });

  test('an unreachable server is DATABASE_UNREACHABLE, and the work does not run', async () => {
    const nowhere = new URL(database.url);
    nowhere.port = '1';
    const db = openDatabase(nowhere.href);
    let ran = false;
    const attempt = createResearchRepository(db).withLock('any', async () => {
      ran = true;
    });
    await expect(attempt).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(ran).toBe(false);
    await closeDatabase(db);
  });
});
