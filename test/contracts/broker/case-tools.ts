import { dec, sum } from '../../../src/domain/money/decimal.ts';
import type { Option } from '../../../src/domain/orders/instrument.ts';
import type { PlannedOrder } from '../../../src/domain/orders/order.ts';
import type { OrderEvent } from '../../../src/domain/orders/order-state.ts';
import type { BrokerOrderView, CommissionReport, ExecutionReport } from '../../../src/ports/broker-session.ts';
import { waitFor } from '../../factories/wait-for.ts';
import type { StandSession } from '../ibkr/stand.ts';

/** A session's reports as the cases ask for them. */
export interface Heard {
  /** Waits until the order's newest status is this event. */
  status(orderRef: string, event: OrderEvent): Promise<void>;
  /** Waits for so many executions of the order with their commissions; each once, oldest first. */
  executions(orderRef: string, count: number): Promise<readonly ExecutionReport[]>;
  /** Of all executions so far. */
  commissions(): readonly CommissionReport[];
}

export function listenTo({ reports }: StandSession): Heard {
  const once = <T extends { readonly key: string }>(all: readonly T[]) => [
    ...new Map(all.map((report) => [report.key, report])).values(),
  ];
  const executions = () => once(reports.filter((report) => report.kind === 'execution'));
  const commissions = () => once(reports.filter((report) => report.kind === 'commission'));
  const lastStatus = (orderRef: string) =>
    reports.findLast((report) => report.kind === 'status' && report.orderRef === orderRef);
  return {
    async status(orderRef, event) {
      const isThere = async () => {
        const last = lastStatus(orderRef);
        return last?.kind === 'status' && last.event === event;
      };
      await waitFor(`${orderRef} to be told as ${event}`, isThere);
    },
    executions: (orderRef, count) =>
      waitFor(`${count} executions of ${orderRef}`, async () => {
        const own = executions().filter((one) => one.orderRef === orderRef);
        const paid = new Set(commissions().map(({ execId }) => execId));
        return own.length >= count && own.every(({ execId }) => paid.has(execId)) ? own : null;
      }),
    commissions,
  };
}

/** What executions have left of the opening cash, their commissions paid. */
export function cashAfter(
  openingCash: string,
  executions: readonly ExecutionReport[],
  commissions: readonly CommissionReport[],
): string {
  const paid = sum(
    executions.map(({ instrument, side, quantity, price }) => {
      const value = dec(quantity)
        .times(price)
        .times(instrument.kind === 'option' ? instrument.multiplier : 1);
      return side === 'BUY' ? value : value.negated();
    }),
  );
  const ids = new Set(executions.map(({ execId }) => execId));
  const charged = sum(commissions.filter(({ execId }) => ids.has(execId)).map((one) => dec(one.commissionUsd)));
  return dec(openingCash).minus(paid).minus(charged).toFixed(2);
}

export const refOf = (orders: readonly PlannedOrder[], index = 0): string => orders[index]?.orderRef ?? '';

/** Fill by fill: quantity at price. */
export const filled = (executions: readonly ExecutionReport[]): string[] =>
  executions.map(({ quantity, price }) => `${dec(quantity).toFixed()} at ${dec(price).toFixed()}`);

export const viewOf = (views: readonly BrokerOrderView[], orderRef: string): BrokerOrderView | undefined =>
  views.find((view) => view.orderRef === orderRef);

export const koOption = (right: 'CALL' | 'PUT', strike: string): Option => ({
  ...{ kind: 'option', symbol: 'KO', expiration: '2026-12-18', multiplier: '100', right, strike },
});
