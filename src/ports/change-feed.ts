export const ChangeKind = { task: 'task', order: 'order', execution: 'execution', position: 'position' } as const;
export type ChangeKind = (typeof ChangeKind)[keyof typeof ChangeKind];

/** Something that changed: an execution task of a run, an order, a fill, or a position. */
export interface Change {
  /** Its place in the feed. */
  readonly id: string;
  readonly kind: ChangeKind;
  /** One of the two says whose it is. */
  readonly accountId: string | null;
  readonly strategyId: string | null;
  /** The user who may see it; null for the operator's things, which admins see. */
  readonly ownerId: string | null;
  /** How the thing stands now, small enough to be sent to everybody who may see it. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** All changes in one order that does not skip any, whichever transaction commits first. */
export interface ChangeFeed {
  /** The place after everything that can be read now. */
  head(): Promise<string>;
  /** At most `limit` changes after a place. */
  after(place: string, limit: number): Promise<readonly Change[]>;
  /** Whether everything after the place is still kept; false also for what is no place. */
  reaches(place: string): Promise<boolean>;
  /** Forgets what is older; how many changes that were. */
  forgetBefore(time: Date): Promise<number>;
}

const PLACE = /^(\d{1,19})-(\d{1,18})$/;

/** A place's two numbers; null for a text that is none. */
export function parsePlace(place: string): { readonly xid: bigint; readonly id: bigint } | null {
  const found = PLACE.exec(place);
  if (!found) return null;
  const [, xid = '', id = ''] = found;
  return { xid: BigInt(xid), id: BigInt(id) };
}

/** Whether the first of two places lies after the second. */
export function isAfter(place: string, other: string): boolean {
  const [a, b] = [parsePlace(place), parsePlace(other)];
  if (a === null || b === null) return false;
  return a.xid > b.xid || (a.xid === b.xid && a.id > b.id);
}
