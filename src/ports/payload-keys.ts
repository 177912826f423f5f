/** One encryption key by its public id. */
export interface PayloadKeyUse {
  readonly id: string;
  /** `missing`: something is encrypted with it and it is not configured. */
  readonly role: 'encrypts' | 'decrypts' | 'missing';
  /** Of the examined workflows that are open, those that have a payload under this key. */
  readonly openWorkflows: number;
  /** Schedules that start workflows with a payload under this key. */
  readonly schedules: number;
}

export interface PayloadKeyReport {
  readonly keys: readonly PayloadKeyUse[];
  readonly examinedWorkflows: number;
  /** False where there are more open workflows than were examined. */
  readonly isComplete: boolean;
  /** Open workflows with a payload that is not encrypted. */
  readonly plainWorkflows: number;
}

/** Which keys encrypt what Temporal stores; never the keys themselves. */
export interface PayloadKeys {
  /** Reads the histories of at most `maxWorkflows` open workflows. TEMPORAL_UNREACHABLE. */
  report(maxWorkflows: number): Promise<PayloadKeyReport>;
}
