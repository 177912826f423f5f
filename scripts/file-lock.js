import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
/** A holder that did not touch its lock for so long was killed; a machine that slept slept for everybody. */
const STALE_MS = 15_000;

/**
 * Runs `work` while no other process holds the lock file `path`, whose folder must exist. `onWait` is called once if
 * another process holds it. A lock whose holder was killed is taken over, at once on the same host.
 */
export async function withFileLock(path, work, onWait) {
  const token = JSON.stringify({ pid: process.pid, host: hostname(), nonce: Math.random() });
  await acquire(path, token, onWait);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await read(path)) === token) await rm(path, { force: true });
  }
}

async function acquire(path, token, onWait) {
  for (let told = false; ; ) {
    try {
      await writeFile(path, token, { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = await read(path);
    if (holder !== null && (await isStale(path, holder))) {
      await takeAway(path, holder, token);
      continue;
    }
    if (!told) onWait?.();
    told = true;
    await sleep(300);
  }
}

async function isStale(path, holder) {
  const { pid, host } = parse(holder);
  if (host === hostname() && Number.isInteger(pid) && !isAlive(pid)) return true;
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > STALE_MS;
}

/** Renaming is atomic, so of several waiters one gets the stale file; a fresh lock that slipped in goes back. */
async function takeAway(path, stale, token) {
  const aside = `${path}.${process.pid}.${token.length}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await read(aside)) === stale) await rm(aside, { force: true });
  else await rename(aside, path);
}

function read(path) {
  return readFile(path, 'utf8').catch(() => null);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
