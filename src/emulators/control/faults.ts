import { z } from 'zod';

/** The calls that transport faults can hit. */
export const FAULT_OPERATIONS = ['create', 'upload', 'poll', 'list', 'results', 'direct', 'cancel'] as const;
export type FaultOperation = (typeof FAULT_OPERATIONS)[number];

const TRANSPORT_FAULTS = ['429', '500', '500_after', '529', 'reset_before', 'reset_after', 'slow'] as const;
export type TransportFaultName = (typeof TRANSPORT_FAULTS)[number];

/** How a whole batch ends; in a direct call the first two refuse it. */
export const JOB_OUTCOMES = ['failed', 'expired', 'cancelled'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** What becomes of one item, or what its answer looks like. */
export const ITEM_OUTCOMES = [
  'item_failed',
  'item_expired',
  'malformed',
  'fenced',
  'prose',
  'string_numbers',
  'truncated',
  'huge',
  'prompt_injection',
  'unknown_ticker',
  'bad_stop',
  'over_allocated',
] as const;
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];

const shared = {
  /** How many calls, jobs or items it hits before it is spent. */
  times: z.int().min(1).max(1_000_000).default(1),
  /** Only where the request body (the URL of a call without one) contains this text. */
  match: z.string().max(10_000).optional(),
};

const transportFaultSchema = z.strictObject({
  on: z.enum(FAULT_OPERATIONS),
  fault: z.enum(TRANSPORT_FAULTS),
  retryAfterSeconds: z.number().min(0).max(86_400).optional(),
  /** For `slow`: how long the answer is held back. */
  delayMs: z.int().min(0).max(86_400_000).optional(),
  ...shared,
});

const outcomeFaultSchema = z.strictObject({
  on: z.literal('outcome'),
  fault: z.enum([...JOB_OUTCOMES, ...ITEM_OUTCOMES]),
  ...shared,
});

/** Body of `POST /_control/faults`. */
export const faultSchema = z.discriminatedUnion('on', [transportFaultSchema, outcomeFaultSchema]);
export type Fault = z.input<typeof faultSchema>;
type ArmedFault = z.output<typeof faultSchema>;
export type TransportFault = z.output<typeof transportFaultSchema>;

/** The faults that wait for their call, oldest first; each hit takes one of its `times`. */
export class FaultBoard {
  #armed: ArmedFault[] = [];

  arm(fault: ArmedFault): void {
    this.#armed.push({ ...fault });
  }

  disarmAll(): void {
    this.#armed = [];
  }

  list(): readonly ArmedFault[] {
    return this.#armed;
  }

  /** The fault that hits this call, or null. */
  takeTransport(operation: FaultOperation, content: string): TransportFault | null {
    return this.#take((fault): fault is TransportFault => fault.on === operation, content);
  }

  /** How the next batch with this content ends, or null for an ordinary end. */
  takeJobOutcome(content: string): JobOutcome | null {
    const names: readonly string[] = JOB_OUTCOMES;
    const taken = this.#take((fault) => fault.on === 'outcome' && names.includes(fault.fault), content);
    return taken === null ? null : (taken.fault as JobOutcome);
  }

  /** What becomes of the next item with this content, or null for an ordinary answer. */
  takeItemOutcome(content: string): ItemOutcome | null {
    const names: readonly string[] = ITEM_OUTCOMES;
    const taken = this.#take((fault) => fault.on === 'outcome' && names.includes(fault.fault), content);
    return taken === null ? null : (taken.fault as ItemOutcome);
  }

  #take<T extends ArmedFault>(
    isOfKind: ((fault: ArmedFault) => fault is T) | ((fault: ArmedFault) => boolean),
    content: string,
  ): T | null {
    const index = this.#armed.findIndex(
      (fault) => isOfKind(fault) && (fault.match === undefined || content.includes(fault.match)),
    );
    const found = this.#armed[index];
    if (found === undefined) return null;
    if (found.times <= 1) this.#armed.splice(index, 1);
    else this.#armed[index] = { ...found, times: found.times - 1 };
    return found as T;
  }
}
