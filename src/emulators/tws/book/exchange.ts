import { dec } from '../../../domain/money/decimal.ts';
import type { SimContract } from '../contracts/sim-contract.ts';
import type { OrderFields } from '../wire/order-layout.ts';
import type { PlaceOrderMessage } from '../wire/place-order.ts';
import { cancelOrder, transmitFamily } from './family.ts';
import type { FillContext } from './fills.ts';
import { tradedLegs, whatIfMargin } from './margin.ts';
import { waitsForTrigger } from './matching.ts';
import type { OrderStore } from './order-store.ts';
import { OrderWorker } from './order-worker.ts';
import { accountOf, checkModify, checkTerms, MOST_ACTIVE_ORDERS, type Refusal } from './placement.ts';
import { isBuy, isLive, type SimOrder, SimStatus } from './sim-order.ts';

/** How an order is refused on purpose: with an error alone, or with a last status beside it. */
export interface ForcedRejection {
  readonly as: 'error' | 'Inactive' | 'Cancelled';
  readonly code: number;
  readonly message: string;
}

export interface PlaceRequest {
  readonly clientId: number;
  readonly contract: SimContract;
  readonly message: PlaceOrderMessage;
  readonly rejection: ForcedRejection | null;
}

/**
 * The exchange behind TWS: takes orders and works them against the prices of now. Every call is one step, after which the
 * store holds what changed and what is to be told.
 */
export class Exchange {
  readonly #context: FillContext;
  readonly #accounts: readonly string[];
  readonly #worker: OrderWorker;

  constructor(context: FillContext) {
    this.#context = context;
    this.#worker = new OrderWorker(context);
    this.#accounts = [...context.store.accounts.keys()];
  }

  get store(): OrderStore {
    return this.#context.store;
  }

  place(request: PlaceRequest): void {
    const { clientId, contract, message } = request;
    const before = this.store.clientOrder(clientId, message.orderId);
    const live = before !== null && isLive(before) ? before : null;
    const isWhatIf = message.fields.whatIf === '1';
    const bad =
      checkTerms(contract, message.fields, message.lists, this.#accounts) ??
      (isWhatIf ? null : this.#refusalOf(request, before, live));
    if (bad !== null) this.#refuse(clientId, message.orderId, bad);
    else if (isWhatIf) this.#tellWhatIf(request);
    else if (live !== null) this.#modify(live, request);
    else this.#add(request);
  }

  /** Why an order that is well made cannot be taken at all. */
  #refusalOf(request: PlaceRequest, before: SimOrder | null, live: SimOrder | null): Refusal | null {
    const { contract, message, rejection } = request;
    if (live !== null) return rejection ?? checkModify(live, contract, message.fields);
    if (before !== null) return idUsed(before, contract, message);
    if (this.#parentIdOf(request) !== 0 && this.#parentOf(request) === null) {
      return { code: 10006, message: 'Missing parent order.' };
    }
    return rejection?.as === 'error' ? rejection : null;
  }

  #refuse(clientId: number, orderId: number, { code, message }: Refusal): void {
    this.store.tell({ kind: 'error', clientId, orderId, code, message });
  }

  #parentIdOf({ message }: PlaceRequest): number {
    return Number(message.fields.parentId || '0');
  }

  #parentOf(request: PlaceRequest): SimOrder | null {
    const parentId = this.#parentIdOf(request);
    return parentId === 0 ? null : this.store.clientOrder(request.clientId, parentId);
  }

  #add(request: PlaceRequest): void {
    const parent = this.#parentOf(request);
    const rejection = request.rejection ?? this.#limitOf(request, parent);
    if (rejection !== null) {
      this.#reject(request, parent, rejection);
      return;
    }
    const order = this.store.add(this.#newOrder(request, parent));
    this.store.tellOrder(order);
    if (!order.isHeld) transmitFamily(this.store, order);
    this.#worker.settle();
  }

  /** Error 10147 for an id that no order of the client has, 10148 for an order that is over. */
  cancel(clientId: number, orderId: number): void {
    const order = this.store.clientOrder(clientId, orderId);
    if (order !== null && isLive(order)) {
      cancelOrder(this.store, order.permId, '');
      return;
    }
    const message = order === null ? 'is not found' : `cannot be cancelled, state: ${order.status}`;
    const code = order === null ? 10147 : 10148;
    this.#refuse(clientId, orderId, { code, message: `OrderId ${orderId} that needs to be cancelled ${message}.` });
  }

  /** Cancels by the permanent id, as a person at the broker does. */
  cancelByHand(permId: number): boolean {
    const order = this.store.orders.get(permId);
    if (order === undefined || !isLive(order)) return false;
    cancelOrder(this.store, permId, 'Cancelled by trader');
    return true;
  }

  /** Cancels every order, also of other clients. */
  cancelAll(): void {
    for (const { permId } of this.store.live()) {
      if (isLive(this.store.order(permId))) cancelOrder(this.store, permId, '');
    }
  }

  /** Works all orders at new prices. */
  pricesMoved(): void {
    this.#worker.pricesMoved();
  }

  /** Ends the day's orders before another day begins. */
  expireDay(): void {
    for (const { permId, fields } of this.store.live()) {
      if (fields.tif !== 'GTC' && isLive(this.store.order(permId))) cancelOrder(this.store, permId, 'Expired', null);
    }
  }

  limitNextFill(quantity: number, times: number): void {
    this.#worker.limitNextFill(quantity, times);
  }

  forgetLimits(): void {
    this.#worker.forgetLimits();
  }

  #newOrder(
    { clientId, contract, message }: PlaceRequest,
    parent: SimOrder | null,
  ): Omit<SimOrder, 'permId' | 'history'> {
    const { fields, lists, orderId } = message;
    const isHeld = fields.transmit !== '1';
    const isTriggered = !waitsForTrigger(fields.orderType);
    const waits = !isTriggered || (parent !== null && dec(parent.filled).isZero());
    return {
      clientId,
      orderId,
      account: accountOf(fields, this.#accounts),
      contract,
      fields: { ...fields, tif: fields.tif || 'DAY' },
      lists,
      status: isHeld ? SimStatus.pendingSubmit : waits ? SimStatus.preSubmitted : SimStatus.submitted,
      isHeld,
      quantity: quantityOf(fields, parent),
      filled: '0',
      averagePrice: '0',
      lastPrice: '0',
      parentPermId: parent?.permId ?? null,
      ocaGroup: fields.ocaGroup ?? '',
      ocaType: fields.ocaGroup ? ocaTypeOf(fields.ocaType) : '',
      isTriggered,
      trailStop: null,
      endedAt: null,
      endReason: null,
    };
  }

  #modify(before: SimOrder, request: PlaceRequest): void {
    const { fields, lists } = request.message;
    const isTrail = fields.orderType === 'TRAIL';
    const changed = this.store.change(before.permId, {
      // What an order was linked with stays: a modify that leaves group or parent out does not unlink it.
      fields: {
        ...fields,
        tif: fields.tif || 'DAY',
        parentId: before.fields.parentId ?? '',
        ocaGroup: before.ocaGroup,
      },
      lists,
      quantity: dec(fields.totalQuantity ?? '0').toFixed(),
      trailStop: isTrail ? null : before.trailStop,
    });
    if (before.isHeld && fields.transmit === '1') transmitFamily(this.store, changed);
    else this.store.tellOrder(changed);
    this.#worker.settle();
  }

  #tellWhatIf(request: PlaceRequest): void {
    const { store, quotes, contractOf } = this.#context;
    const draft = this.#newOrder(request, null);
    const order: SimOrder = { ...draft, permId: 0, history: [], status: SimStatus.preSubmitted };
    const book = store.accounts.get(order.account);
    const legs = tradedLegs(order.contract, contractOf);
    if (book === undefined || legs === null) return;
    const margin = whatIfMargin(order, book, quotes, legs);
    store.tell({ kind: 'whatIf', clientId: request.clientId, order, margin });
  }

  /** Limits of the broker that an order would break: how many are active, and what the account can carry. */
  #limitOf(request: PlaceRequest, parent: SimOrder | null): ForcedRejection | null {
    if (parent !== null && hasFailed(parent)) return rejected('The parent order is not active.');
    const { store, quotes, contractOf } = this.#context;
    const draft: SimOrder = { ...this.#newOrder(request, parent), permId: 0, history: [] };
    if (isGroupOver(draft, store)) return rejected('The OCA group has been filled.');
    const isBag = request.contract.secType === 'BAG';
    const beside = store.live().filter((one) => {
      const { account, contract } = one;
      return (
        !isBag && account === draft.account && contract.conId === draft.contract.conId && isBuy(one) === isBuy(draft)
      );
    });
    if (beside.length >= MOST_ACTIVE_ORDERS) {
      return rejected(`${MOST_ACTIVE_ORDERS} orders are active on this side of the contract in the account.`);
    }
    const legs = tradedLegs(draft.contract, contractOf);
    const book = store.accounts.get(draft.account);
    if (legs === null || book === undefined || parent !== null) return null;
    const margin = whatIfMargin(draft, book, quotes, legs);
    const grows = dec(margin.initialAfter).gt(margin.initialBefore);
    return grows && dec(margin.initialAfter).gt(margin.equityAfter)
      ? rejected('Your available funds are insufficient for the margin that the order needs.')
      : null;
  }

  #reject(request: PlaceRequest, parent: SimOrder | null, rejection: ForcedRejection): void {
    const { clientId } = request;
    const added = this.store.add({ ...this.#newOrder(request, parent), status: SimStatus.preSubmitted });
    const status = rejection.as === 'Cancelled' ? SimStatus.cancelled : SimStatus.inactive;
    const order = this.store.end(added.permId, status, rejection.message);
    this.store.tellOrder(order);
    this.store.tell({
      kind: 'error',
      clientId,
      orderId: order.orderId,
      code: rejection.code,
      message: rejection.message,
    });
  }
}

/** Over without a fill: there is nothing that a child could follow. */
function hasFailed(parent: SimOrder): boolean {
  return !isLive(parent) && dec(parent.filled).isZero();
}

/** A child that comes after its parent was cancelled is for what the parent has filled. */
function quantityOf(fields: OrderFields, parent: SimOrder | null): string {
  const wanted = dec(fields.totalQuantity ?? '0');
  const isCut = parent !== null && parent.status === SimStatus.cancelled && wanted.gt(parent.filled);
  return isCut && !hasFailed(parent) ? parent.filled : wanted.toFixed();
}

function ocaTypeOf(text: string | undefined): '1' | '2' | '3' {
  return text === '1' || text === '2' ? text : '3';
}

function rejected(reason: string): ForcedRejection {
  return { as: 'Inactive', code: 201, message: `Order rejected - reason:${reason}` };
}

/** A group that one order has filled takes no other: it would fill beside the one that was to exclude it. */
function isGroupOver(order: SimOrder, store: OrderStore): boolean {
  if (order.ocaGroup === '') return false;
  return [...store.orders.values()].some(
    (other) =>
      other.ocaGroup === order.ocaGroup && other.account === order.account && other.status === SimStatus.filled,
  );
}

/** An id that was used: a filled order cannot be modified any more, and any other order with its id is a duplicate. */
function idUsed(before: SimOrder, contract: SimContract, { fields }: PlaceOrderMessage): Refusal {
  const same = before.contract.conId === contract.conId && before.fields.action === fields.action;
  const sameRef = before.fields.orderRef === fields.orderRef;
  return same && sameRef && before.status === SimStatus.filled
    ? { code: 104, message: 'Cannot modify a filled order.' }
    : { code: 103, message: 'Duplicate order id' };
}
