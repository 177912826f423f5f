/**
 * Runs `work` while no other process holds the lock file `path`, whose folder must exist. `onWait` is called once if
 * another process holds it. A lock whose holder was killed is taken over, at once on the same host.
 */
export function withFileLock<T>(path: string, work: () => Promise<T>, onWait?: () => void): Promise<T>;
