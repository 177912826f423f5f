import { type ErrorCode, FoliosError } from '../../contracts/errors.ts';

const CODE_OF: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'ARTIFACT_STORE_FULL',
  EDQUOT: 'ARTIFACT_STORE_FULL',
  EROFS: 'ARTIFACT_STORE_READ_ONLY',
  EACCES: 'ARTIFACT_STORE_READ_ONLY',
  EPERM: 'ARTIFACT_STORE_READ_ONLY',
};

const WHY: Readonly<Record<string, string>> = {
  ARTIFACT_STORE_FULL: 'has no space left',
  ARTIFACT_STORE_READ_ONLY: 'does not allow writing',
  ARTIFACT_STORE_UNAVAILABLE: 'cannot be used',
};

/** The port's error for what the file system said about the artifact folder `rootDir`; our own errors pass. */
export function fileStoreError(error: unknown, rootDir: string): FoliosError {
  if (error instanceof FoliosError) return error;
  const { code: errno = 'unknown', message } = error as NodeJS.ErrnoException;
  const code = CODE_OF[errno] ?? 'ARTIFACT_STORE_UNAVAILABLE';
  return new FoliosError(code, `the artifact folder ${rootDir} ${WHY[code]} (${message})`, {
    errno,
    rootDir,
  });
}
