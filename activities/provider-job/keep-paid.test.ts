import { describe, expect, test } from '@jest/globals';
import { type ErrorCode, FoliosError } from '../../src/contracts/errors.ts';
import { keepPaid } from './keep-paid.ts';

/** A store that refuses as often as there are codes, then takes the write. */
function storeThatRefuses(...codes: ErrorCode[]) {
  let writes = 0;
  return {
    writes: () => writes,
    write: async () => {
      const code = codes[writes];
      writes += 1;
      if (code !== undefined) throw new FoliosError(code, 'not now');
      return 'kept';
    },
  };
}

describe('an answer that was paid for', () => {
  test('is held until a full, a read-only and an unreachable store take it', async () => {
    const store = storeThatRefuses('ARTIFACT_STORE_FULL', 'ARTIFACT_STORE_READ_ONLY', 'DATABASE_UNREACHABLE');
    expect(await keepPaid(store.write, new AbortController().signal, 1)).toBe('kept');
    expect(store.writes()).toBe(4);
  });

  test('is given up where repeating cannot help', async () => {
    const store = storeThatRefuses('INPUT_INVALID');
    const kept = keepPaid(store.write, new AbortController().signal, 1);
    await expect(kept).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const broken = keepPaid(() => Promise.reject(new TypeError('defect')), new AbortController().signal, 1);
    await expect(broken).rejects.toThrow('defect');
  });

  test('is tried once more, then given up, when the step is cancelled', async () => {
    const store = storeThatRefuses('ARTIFACT_STORE_FULL', 'ARTIFACT_STORE_FULL', 'ARTIFACT_STORE_FULL');
    const cancelling = new AbortController();
    const kept = keepPaid(store.write, cancelling.signal, 60_000);
    setTimeout(() => cancelling.abort(), 5);
    await expect(kept).rejects.toMatchObject({ code: 'ARTIFACT_STORE_FULL' });
    expect(store.writes()).toBe(2);
  });
});
