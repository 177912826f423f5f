import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The activities of a research run from its rows to its settled ticket. */
export type CrashActivity =
  | 'enqueueResearch'
  | 'openJob'
  | 'prepareSubmission'
  | 'submitJob'
  | 'reconcileSubmission'
  | 'awaitJob'
  | 'pollJob'
  | 'harvestJob'
  | 'cancelJob'
  | 'failTask'
  | 'journalTicket'
  | 'settleTicket';

/** Where in an activity the worker dies. */
export const CrashPoint = {
  /** Temporal has started the activity, nothing was done. */
  before: 'before',
  /** In `submitJob`: the attempt is committed, the provider was not called. */
  beforeCall: 'before-call',
  /** In `submitJob`: the request has left, and the provider takes it only after we are dead. */
  slowCall: 'slow-call',
  /** In `submitJob`: the provider took it, its answer never reached us. */
  midCall: 'mid-call',
  /** The provider or the database has done its part, nothing was recorded after it. */
  afterEffect: 'after-effect',
  /** In `harvestJob`: the recommendations are stored, the task has not succeeded yet. */
  afterSave: 'after-save',
  /** The activity has returned, Temporal has not heard. */
  beforeHeard: 'before-heard',
} as const;
export type CrashPoint = (typeof CrashPoint)[keyof typeof CrashPoint];

export interface Fuse {
  readonly activity: CrashActivity;
  readonly point: CrashPoint;
  /** The task's id; for `enqueueResearch` the request group's, since there is no task yet. */
  readonly subject: string;
}

/** The folder through which a test tells its worker where to die. A fuse that has blown stays blown for the next process. */
export class FuseBox {
  readonly #armed: string;
  readonly #blown: string;
  readonly #blind: string;

  constructor(folder: string) {
    this.#armed = join(folder, 'armed.json');
    this.#blown = join(folder, 'blown.json');
    this.#blind = join(folder, 'blind');
  }

  arm(fuse: Fuse): void {
    writeFileSync(`${this.#armed}.tmp`, JSON.stringify(fuse));
    renameSync(`${this.#armed}.tmp`, this.#armed);
  }

  armed(): Fuse | null {
    return read(this.#armed);
  }

  blown(): Fuse | null {
    return read(this.#blown);
  }

  /** Whatever happens next, this fuse does not fire again. */
  blow(): void {
    renameSync(this.#armed, this.#blown);
  }

  clear(): void {
    for (const path of [this.#armed, this.#blown]) if (existsSync(path)) renameSync(path, `${path}.old`);
  }

  /** The planted defect: a worker that looks for its batch at the provider and never sees it. */
  setBlind(blind: boolean): void {
    writeFileSync(this.#blind, blind ? 'yes' : 'no');
  }

  isBlind(): boolean {
    return existsSync(this.#blind) && readFileSync(this.#blind, 'utf8') === 'yes';
  }
}

function read(path: string): Fuse | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Fuse) : null;
}
