import { type Contract, EventName, type Order as IbOrder, type OrderState as IbOrderState } from '@stoqey/ib';
import { Dec, dec, sum } from '../../domain/money/decimal.ts';
import type { PlannedOrder } from '../../domain/orders/order.ts';
import type { WhatIf } from '../../ports/broker-session.ts';
import { sequenceOrders } from './bracket-plan.ts';
import { isWarning } from './error-codes.ts';
import { noAnswer, rejected } from './failures.ts';
import { contractSource, type LiveSession } from './live-session.ts';
import { orderRequest } from './order-request.ts';
import { Priority } from './pacing.ts';

/** What one order would cost. */
export interface OrderCost {
  readonly initial: Dec;
  readonly maintenance: Dec;
  readonly commission: Dec | null;
  /** Of the account before the order. */
  readonly available: Dec | null;
  readonly warning: string | null;
}

/**
 * Asks what orders would cost; nothing is placed. Children of a bracket close what their parent opens and cost nothing;
 * of an OCA group one fills, so its dearest order counts. BROKER_REJECTED (no effect) where the broker would refuse one.
 */
export async function askWhatIf(live: LiveSession, account: string, orders: readonly PlannedOrder[]): Promise<WhatIf> {
  const opening = sequenceOrders(orders).filter(({ order }) => order.parentRef === null);
  const costs = await Promise.all(
    opening.map(async ({ order }) => ({
      group: order.ocaGroup ?? order.orderRef,
      cost: await askOne(live, account, order),
    })),
  );
  const groups = Map.groupBy(costs, ({ group }) => group);
  return addCosts([...groups.values()].map((group) => dearest(group.map(({ cost }) => cost))));
}

function dearest(costs: readonly OrderCost[]): OrderCost {
  return costs.reduce((most, cost) => (cost.initial.gt(most.initial) ? cost : most));
}

/** The sum; a commission that is unknown for one order is unknown for all. What is available is so for all together. */
export function addCosts(costs: readonly OrderCost[]): WhatIf {
  const commissions = costs.flatMap(({ commission }) => (commission === null ? [] : [commission]));
  const available = costs.flatMap((cost) => (cost.available === null ? [] : [cost.available]));
  const warnings = costs.flatMap(({ warning }) => (warning === null ? [] : [warning]));
  return {
    initialMarginUsd: sum(costs.map(({ initial }) => initial)).toFixed(),
    maintenanceMarginUsd: sum(costs.map(({ maintenance }) => maintenance)).toFixed(),
    commissionUsd: commissions.length === costs.length ? sum(commissions).toFixed() : null,
    availableUsd: available.length > 0 ? Dec.min(...available).toFixed() : null,
    warning: warnings.length > 0 ? warnings.join(' ') : null,
  };
}

async function askOne(live: LiveSession, account: string, order: PlannedOrder): Promise<OrderCost> {
  const { contract, increments } = await live.contracts.qualify(contractSource(live), order.tradable);
  const [orderId = 0] = await live.orderIds.reserve(1);
  const placement = { orderId, parentId: 0, transmit: true, account };
  // Its own reference: if a gateway should ever place it, nobody may take it for the order itself.
  const question: PlannedOrder = { ...order, orderRef: `${order.orderRef}/what-if`, ocaGroup: null };
  const request: IbOrder = { ...orderRequest(question, increments, placement), whatIf: true };
  return costOf(order.orderRef, await askState(live, orderId, contract, request));
}

function askState(live: LiveSession, orderId: number, contract: Contract, request: IbOrder): Promise<IbOrderState> {
  const { connection, timers, deadlines } = live;
  const what = `the cost of order ${orderId}`;
  return new Promise((resolve, reject) => {
    const undo = [
      timers.after(deadlines.answerMs, () => fail(noAnswer(what))),
      connection.listen(EventName.openOrder, (id: number, _contract: Contract, order: IbOrder, state: IbOrderState) => {
        if (id !== orderId || order.clientId !== live.clientId) return;
        end();
        resolve(state);
      }),
      connection.listen(EventName.error, (error: Error, code: number, id: number) => {
        if (id === orderId && !isWarning(code)) fail(rejected(`${what}: ${error.message}`, code));
      }),
    ];
    const end = () => {
      for (const one of undo.splice(0)) one();
    };
    const fail = (reason: Error) => {
      end();
      reject(reason);
    };
    undo.push(connection.onClosed((reason) => fail(noAnswer(what, { cause: reason }))));
    connection
      .send(Priority.order, (ib) => {
        live.assertReady();
        ib.placeOrder(orderId, contract, request);
      })
      .catch(fail);
  });
}

/** The change of the account's margins; from its state before and after where the gateway does not give the change. */
export function costOf(orderRef: string, state: IbOrderState): OrderCost {
  const initial = change(state.initMarginChange, state.initMarginBefore, state.initMarginAfter);
  const maintenance = change(state.maintMarginChange, state.maintMarginBefore, state.maintMarginAfter);
  if (initial === null || maintenance === null) throw noAnswer(`the margin of ${orderRef}`);
  const commission = state.commission ?? state.maxCommission;
  const { equityWithLoanBefore: equity, initMarginBefore: tiedUp } = state;
  return {
    ...{ initial, maintenance, commission: commission === undefined ? null : dec(commission) },
    available: equity === undefined || tiedUp === undefined ? null : dec(equity).minus(tiedUp),
    warning: state.warningText || null,
  };
}

function change(told: number | undefined, before: number | undefined, after: number | undefined): Dec | null {
  if (told !== undefined) return dec(told);
  return before === undefined || after === undefined ? null : dec(after).minus(before);
}
