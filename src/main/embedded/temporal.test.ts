import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { provisionTemporal, startEmbeddedTemporal } from './temporal.ts';

describe('the Temporal program', () => {
  let folder: string;
  const log = () => undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folios-temporal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function program(path: string, script: string): Promise<string> {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('is the one on the PATH before the one in our cache', async () => {
    const cacheDir = join(folder, 'cache');
    const cached = await program(join(cacheDir, 'temporal-1.5.1'), 'exit 0');
    expect(await provisionTemporal({ cacheDir, env: { PATH: join(folder, 'bin') }, log })).toBe(cached);
    const onPath = await program(join(folder, 'bin/temporal'), 'exit 0');
    expect(await provisionTemporal({ cacheDir, env: { PATH: `:${join(folder, 'bin')}` }, log })).toBe(onPath);
  });

  test('in a cache that cannot be written is TEMPORAL_UNAVAILABLE with the variable to set', async () => {
    await writeFile(join(folder, 'cache'), 'a file');
    await expect(provisionTemporal({ cacheDir: join(folder, 'cache'), env: {}, log })).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringContaining('FOLIOS_CACHE_DIR'),
    });
  });

  test('that ends at once is TEMPORAL_UNAVAILABLE with the end of its log, and leaves no record', async () => {
    const executable = await program(join(folder, 'broken'), 'echo no such flag >&2; exit 2');
    const starting = startEmbeddedTemporal({ executable, port: 29_877, uiPort: null, dbFile: null, stateDir: folder });
    await expect(starting).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringContaining('no such flag'),
    });
    expect(await readdir(join(folder, 'run'))).toEqual([]);
  });

  test('finds its port or that of its Web UI taken: PORT_IN_USE names it and its variable', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const options = { executable: '/bin/false', dbFile: null, stateDir: folder };
    const cases = [
      [{ port, uiPort: null }, 'FOLIOS_TEMPORAL_PORT'],
      [{ port: 29_878, uiPort: port }, 'FOLIOS_TEMPORAL_UI_PORT'],
    ] as const;
    for (const [ports, variable] of cases) {
      await expect(startEmbeddedTemporal({ ...options, ...ports })).rejects.toMatchObject({
        code: 'PORT_IN_USE',
        details: { port, variable },
      });
    }
    taken.close();
  });
});
