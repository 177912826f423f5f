import {
  type Contract,
  EventName,
  type Execution,
  type ExecutionFilter,
  type Order as IbOrder,
  type OrderState as IbOrderState,
} from '@stoqey/ib';
import type { Requests } from './requests.ts';

/** An order with its contract and state, as the broker shows all three together. */
export interface ShownOrder {
  readonly orderId: number;
  readonly contract: Contract;
  readonly order: IbOrder;
  readonly state: IbOrderState;
}

/**
 * The open orders of all clients and those made by hand. Their answers carry no request id: ask one at a time. What the
 * broker says by itself in between is as true and counts.
 */
export function askOpenOrders(requests: Requests, deadlineMs: number): Promise<readonly ShownOrder[]> {
  return requests.ask('open orders', deadlineMs, (call) => {
    const shown = new Map<string, ShownOrder>();
    call.listen(EventName.openOrder, (orderId: number, contract: Contract, order: IbOrder, state: IbOrderState) => {
      if (!order.whatIf) shown.set(`${order.clientId}/${orderId}/${order.permId}`, { orderId, contract, order, state });
    });
    call.listen(EventName.openOrderEnd, () => call.done([...shown.values()]));
    call.send((ib) => ib.reqAllOpenOrders());
  });
}

/** Filled, cancelled and rejected orders that the broker still tells of; by hand and of other clients, too. */
export function askCompletedOrders(requests: Requests, deadlineMs: number): Promise<readonly ShownOrder[]> {
  return requests.ask('completed orders', deadlineMs, (call) => {
    const shown: ShownOrder[] = [];
    call.listen(EventName.completedOrder, (contract: Contract, order: IbOrder, state: IbOrderState) => {
      shown.push({ orderId: 0, contract, order, state });
    });
    call.listen(EventName.completedOrdersEnd, () => call.done(shown));
    call.send((ib) => ib.reqCompletedOrders(false));
  });
}

export interface ShownExecution {
  readonly contract: Contract;
  readonly execution: Execution;
}

/** The day's executions of an account, by whatever client. */
export function askExecutions(
  requests: Requests,
  account: string,
  deadlineMs: number,
): Promise<readonly ShownExecution[]> {
  return requests.ask('executions', deadlineMs, (call) => {
    const shown: ShownExecution[] = [];
    const filter: ExecutionFilter = { acctCode: account };
    call.listen(EventName.execDetails, (id: number, contract: Contract, execution: Execution) => {
      if (id === call.id) shown.push({ contract, execution });
    });
    call.listen(EventName.execDetailsEnd, (id: number) => {
      if (id === call.id) call.done(shown);
    });
    call.send((ib) => ib.reqExecutions(call.id, filter));
  });
}

export interface ShownPosition {
  readonly contract: Contract;
  readonly quantity: number;
  readonly averageCost: number;
}

/** The positions of an account that are not zero. */
export async function askPositions(
  requests: Requests,
  account: string,
  deadlineMs: number,
): Promise<readonly ShownPosition[]> {
  const shown = await requests.ask<ReadonlyMap<number, ShownPosition>>('positions', deadlineMs, (call) => {
    const byContract = new Map<number, ShownPosition>();
    call.listen(
      EventName.position,
      (owner: string, contract: Contract, quantity: number | undefined, averageCost: number | undefined) => {
        if (owner !== account) return;
        byContract.set(contract.conId ?? 0, { contract, quantity: quantity ?? 0, averageCost: averageCost ?? 0 });
      },
    );
    call.listen(EventName.positionEnd, () => {
      // The request subscribes; without this every later fill would be followed by a position.
      call.send((ib) => ib.cancelPositions());
      call.done(byContract);
    });
    call.send((ib) => ib.reqPositions());
  });
  return [...shown.values()].filter(({ quantity }) => quantity !== 0);
}

/** Values of an account by tag, with their currency. */
export function askAccountValues(
  requests: Requests,
  account: string,
  tags: readonly string[],
  deadlineMs: number,
): Promise<ReadonlyMap<string, { value: string; currency: string }>> {
  return requests.ask('account values', deadlineMs, (call) => {
    const values = new Map<string, { value: string; currency: string }>();
    call.listen(EventName.accountSummary, (id: number, owner: string, tag: string, value: string, currency: string) => {
      if (id === call.id && owner === account) values.set(tag, { value, currency });
    });
    call.listen(EventName.accountSummaryEnd, (id: number) => {
      if (id !== call.id) return;
      call.send((ib) => ib.cancelAccountSummary(call.id));
      call.done(values);
    });
    call.send((ib) => ib.reqAccountSummary(call.id, 'All', tags.join(',')));
  });
}
