import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { instrumentKey } from '../../../src/domain/orders/instrument.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import type { BrokerStatement } from '../../../src/ports/broker-session.ts';
import { type StandSession, ticket } from '../ibkr/stand.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { type Heard, listenTo } from './case-tools.ts';

/** What a case works with: a session that is ready, on an account without orders. */
export interface Bench {
  readonly broker: BrokerUnderTest;
  readonly opened: StandSession;
  readonly heard: Heard;
  readonly account: string;
  /** Places the orders of one ticket and returns them with their references. */
  place(...orders: readonly Partial<PlannedOrder>[]): Promise<PlannedOrder[]>;
  statement(): Promise<BrokerStatement>;
  /** `<quantity> <instrument>` of each position, sorted. */
  positions(): Promise<string[]>;
  /** Goes on with another session, as after a restart. */
  reopen(how?: 'refusing'): Promise<void>;
}

export type Case = (name: string, run: (bench: Bench) => Promise<void>) => void;

/** Runs cases against a broker; each has it for itself. */
export function describeBroker(name: string, start: () => Promise<BrokerUnderTest>, cases: (add: Case) => void): void {
  describe(`${name} conforms to BrokerSession`, () => {
    let broker: BrokerUnderTest;
    let bench: Bench;
    beforeAll(async () => {
      broker = await start();
    });
    beforeEach(async () => {
      bench = benchOf(broker, await broker.open());
    });
    afterEach(() => broker.reset());
    afterAll(() => broker.stop());
    cases((title, run) => test(title, () => run(bench)));
  });
}

function benchOf(broker: BrokerUnderTest, first: StandSession): Bench {
  let opened = first;
  let heard = listenTo(first);
  const { account } = broker;
  const statement = () => opened.session.statement(account);
  return {
    broker,
    account,
    get opened() {
      return opened;
    },
    get heard() {
      return heard;
    },
    async place(...orders) {
      const planned = ticket(...orders);
      await opened.session.place(account, planned);
      return planned;
    },
    statement,
    async positions() {
      const { positions } = await statement();
      return positions.map(({ instrument, quantity }) => `${quantity} ${instrumentKey(instrument)}`).sort();
    },
    async reopen(how) {
      opened = how === 'refusing' ? await broker.openRefusing() : await broker.open();
      heard = listenTo(opened);
    },
  };
}

/** What every statement must say, whatever happened before: open and over are apart, and reports carry their order. */
export function expectSound({ openOrders, completedOrders, reports }: BrokerStatement): void {
  expect(openOrders.every(({ isOpen }) => isOpen)).toBe(true);
  expect(completedOrders.some(({ isOpen }) => isOpen)).toBe(false);
  for (const { orderRef, report } of [...openOrders, ...completedOrders]) expect(report).toMatchObject({ orderRef });
  expect(new Set(reports.map(({ key }) => key)).size).toBe(reports.length);
}
