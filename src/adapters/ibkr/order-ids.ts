import { BrokerError } from '../../ports/broker-session.ts';

/** No order id above it was ever used by this client id; kept where a crash does not reach it. */
export interface OrderIdFloor {
  read(): Promise<number>;
  write(id: number): Promise<void>;
}

/** Which order ids belong to our orders, kept where a crash does not reach it. */
export interface OrderIdStore {
  /** Called before the orders are sent. */
  save(entries: readonly { orderRef: string; orderId: number }[]): Promise<void>;
  /** Null for an order that was never given an id. */
  find(orderRef: string): Promise<number | null>;
}

/** Errors name an order and a request by the same field, so requests have a range that no order reaches. */
export const FIRST_REQUEST_ID = 1_500_000_000;

/**
 * The first order id that may be used: gateways have been seen to hand out ids again after a restart, so what they say
 * counts only above what we know to be used.
 */
export function firstUsableOrderId(nextValidId: number, highestUsedId: number): number {
  return Math.max(nextValidId, highestUsedId + 1, 1);
}

export interface OrderIds {
  /** What a new connection says is the next id. */
  observe(nextValidId: number): void;
  /** `count` ids in a row that were never used and never will be by another call; written down before they are returned. */
  reserve(count: number): Promise<readonly number[]>;
}

/** Written down ahead of their use, so that not every order waits for it; a crash loses them, and there are plenty. */
const AHEAD = 50;

export function createOrderIds(floor: OrderIdFloor): OrderIds {
  let announced = 1;
  /** Null at the beginning of a connection: while that holds the client id, nobody else uses ids of it. */
  let highest: { used: number; readonly written: number } | null = null;
  let tail: Promise<unknown> = Promise.resolve();

  const reserve = async (count: number): Promise<readonly number[]> => {
    const used = highest?.used ?? (await floor.read());
    const first = firstUsableOrderId(announced, used);
    const last = first + count - 1;
    if (last >= FIRST_REQUEST_ID)
      throw new BrokerError(`order id ${last} is in the range of request ids`, { code: 'INTERNAL', effect: 'none' });
    const written = highest?.written ?? used;
    const isCovered = last <= written;
    const floorNow = isCovered ? written : Math.min(last + AHEAD, FIRST_REQUEST_ID - 1);
    if (!isCovered) await floor.write(floorNow);
    highest = { used: last, written: floorNow };
    return Array.from({ length: count }, (_, index) => first + index);
  };

  return {
    observe(nextValidId) {
      announced = Math.max(announced, nextValidId);
      highest = null;
    },
    reserve(count) {
      // One after the other: two calls that read the same floor would hand out the same id.
      const reserved = tail.then(() => reserve(count));
      tail = reserved.catch(() => undefined);
      return reserved;
    },
  };
}
