import { AsyncLocalStorage } from 'node:async_hooks';
import type { CrashActivity, CrashPoint, FuseBox } from './crash-points.ts';

/** Kills this process when the armed activity of the armed task reaches the armed point. */
export class Trap {
  readonly #fuses: FuseBox;
  readonly #running = new AsyncLocalStorage<{ activity: string; subjects: readonly unknown[] }>();

  constructor(fuses: FuseBox) {
    this.#fuses = fuses;
  }

  /** Runs an activity so that the ports under it know whose call they serve. */
  run<T>(activity: string, subjects: readonly unknown[], work: () => Promise<T>): Promise<T> {
    return this.#running.run({ activity, subjects }, work);
  }

  isArmed(point: CrashPoint, activities?: readonly CrashActivity[]): boolean {
    const fuse = this.#fuses.armed();
    const running = this.#running.getStore();
    if (fuse === null || running === undefined || fuse.point !== point) return false;
    if (activities !== undefined && !activities.includes(fuse.activity)) return false;
    return fuse.activity === running.activity && running.subjects.includes(fuse.subject);
  }

  /** Does not return if the trap is armed for this point of the running activity, which is one of those given. */
  reach(point: CrashPoint, activities?: readonly CrashActivity[]): void {
    if (!this.isArmed(point, activities)) return;
    this.#fuses.blow();
    process.kill(process.pid, 'SIGKILL');
  }
}
