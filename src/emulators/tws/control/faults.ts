import { z } from 'zod';

/** Messages of a client that a fault can wait for. */
export const INCOMING = {
  placeOrder: '3',
  /** A place order that only asks what it would cost; the wire gives it no number of its own. */
  whatIf: 'what-if',
  cancelOrder: '4',
  globalCancel: '58',
  openOrders: '5',
  allOpenOrders: '16',
  completedOrders: '99',
  executions: '7',
  positions: '61',
  accountSummary: '62',
  profits: '92',
  contractDetails: '9',
  marketData: '1',
  history: '20',
  startApi: '71',
  currentTime: '49',
} as const;

/** Messages of the server that a fault can hit. */
export const OUTGOING = {
  openOrder: '5',
  orderStatus: '3',
  execDetails: '11',
  commissionReport: '59',
  error: '4',
  completedOrder: '101',
  position: '61',
  nextValidId: '9',
} as const;

const incomingName = z.enum(Object.keys(INCOMING) as [keyof typeof INCOMING, ...(keyof typeof INCOMING)[]]);
const outgoingName = z.enum(Object.keys(OUTGOING) as [keyof typeof OUTGOING, ...(keyof typeof OUTGOING)[]]);

const shared = {
  /** How many messages or events it hits before it is spent. */
  times: z.int().min(1).max(1_000_000).default(1),
  /** Only for this client. */
  clientId: z.int().optional(),
  /** Only where a field of the message contains this text, such as an order reference. */
  match: z.string().max(1000).optional(),
};

/** Body of `POST /_control/faults`. */
export const faultSchema = z.discriminatedUnion('fault', [
  /** The connection breaks and the message had no effect. */
  z.strictObject({ fault: z.literal('disconnect_before'), on: incomingName, ...shared }),
  /** The message takes effect, then the connection breaks without an answer. */
  z.strictObject({ fault: z.literal('disconnect_after'), on: incomingName, ...shared }),
  /** The connection stays but falls silent: before the message takes effect, or after. */
  z.strictObject({
    fault: z.literal('half_open'),
    on: incomingName,
    when: z.enum(['before', 'after']).default('before'),
    ...shared,
  }),
  /** The message takes effect at once, its answer comes late. */
  z.strictObject({ fault: z.literal('slow_ack'), on: incomingName, delayMs: z.int().min(1).max(600_000), ...shared }),
  z.strictObject({ fault: z.literal('pacing_violation'), on: incomingName, ...shared }),
  z.strictObject({
    fault: z.literal('reject'),
    as: z.enum(['error', 'Inactive', 'Cancelled']).default('Inactive'),
    code: z.int().default(201),
    message: z.string().max(1000).default('Order rejected - reason:Refused on purpose'),
    ...shared,
  }),
  z.strictObject({ fault: z.literal('delay'), event: outgoingName, delayMs: z.int().min(1).max(600_000), ...shared }),
  z.strictObject({ fault: z.literal('drop'), event: outgoingName, ...shared }),
  z.strictObject({ fault: z.literal('duplicate'), event: outgoingName, ...shared }),
  /** The events of one step arrive in the opposite order. */
  z.strictObject({ fault: z.literal('reorder'), event: outgoingName, ...shared }),
  z.strictObject({
    fault: z.literal('market_data_error'),
    code: z.union([z.literal(354), z.literal(10167), z.literal(10168), z.literal(10197)]),
    ...shared,
  }),
]);
export type Fault = z.output<typeof faultSchema>;
type Name = Fault['fault'];

/** The faults that wait for their moment, oldest first; each hit takes one of its `times`. */
export class FaultBoard {
  #armed: Fault[] = [];

  arm(fault: Fault): void {
    this.#armed.push(fault);
  }

  disarmAll(): void {
    this.#armed = [];
  }

  list(): readonly Fault[] {
    return this.#armed;
  }

  /** The first fault of these kinds that fits the message; `kind` is its first field. */
  take<N extends Name>(names: readonly N[], kind: string, clientId: number, fields: readonly string[]) {
    const index = this.#armed.findIndex(
      (fault) =>
        (names as readonly Name[]).includes(fault.fault) &&
        kindOf(fault) === kind &&
        (fault.clientId === undefined || fault.clientId === clientId) &&
        (fault.match === undefined || fields.some((field) => field.includes(fault.match ?? ''))),
    );
    const found = this.#armed[index];
    if (found === undefined) return null;
    if (found.times <= 1) this.#armed.splice(index, 1);
    else this.#armed[index] = { ...found, times: found.times - 1 };
    return found as Extract<Fault, { fault: N }>;
  }
}

function kindOf(fault: Fault): string {
  if ('event' in fault) return OUTGOING[fault.event];
  if ('on' in fault) return INCOMING[fault.on];
  return fault.fault === 'market_data_error' ? INCOMING.marketData : INCOMING.placeOrder;
}
