import { Dec, dec, sum } from '../../src/domain/money/decimal.ts';
import { isReducing, type WorkingOrder } from '../../src/domain/orders/exposure.ts';
import type { PlannedOrder } from '../../src/domain/orders/order.ts';
import { isTerminal, OrderSide } from '../../src/domain/orders/order-state.ts';
import { describe, type RiskCheck, RiskLimit } from '../../src/domain/orders/risk-limits.ts';
import type { WhatIf } from '../../src/ports/broker-session.ts';
import type { AccountExposure, TicketOrder, TicketRecord } from '../../src/ports/order-journal.ts';
import type { DeskPorts } from './ports.ts';

/**
 * Why orders may not be sent for the first time for want of margin, in words; null where they may. The gate knows what
 * options, combinations and short sales are worth, and only the broker what they tie up: it is asked, and the answer is
 * journaled. Bought shares and what only reduces cost no question. Legs of a combination stand together: the margin of
 * all is asked before the first is sent, and none is sent after one that was refused.
 */
export async function marginDenial(
  ports: DeskPorts,
  ticket: TicketRecord,
  orders: readonly TicketOrder[],
): Promise<string | null> {
  const isLegged = ticket.spec.kind === 'combo' && ticket.spec.execution === 'legs';
  const refused = isLegged ? ticket.orders.find(isOverUnfilled) : undefined;
  if (refused) return `its leg ${refused.planned.orderRef} is ${refused.state}: ${refused.stateReason ?? 'no reason'}`;
  if (isLegged && ticket.orders.some(({ submissions }) => submissions > 0)) return null;
  const unsent = (isLegged ? ticket.orders : orders).filter(({ submissions }) => submissions === 0);
  if (!unsent.some(mayTieUpMargin)) return null;
  const { account, clock, journal } = ports;
  const exposure = await journal.exposure(account.accountId, clock.now());
  if (unsent.every(({ planned }) => isReducing(planned, exposure.positions, exposure.working))) return null;
  const wanted = unsent.map(({ planned }) => planned);
  const cost = await askBroker(ports, wanted);
  return cost === null ? null : await checkMargin(ports, unsent, exposure, cost);
}

function isOverUnfilled({ state, filledQuantity }: TicketOrder): boolean {
  return isTerminal(state) && dec(filledQuantity).isZero();
}

/** Why a working order may not grow for want of margin, in words; null where it may. A change of its prices is no question. */
export async function growthDenial(
  ports: DeskPorts,
  order: TicketOrder,
  changed: PlannedOrder,
): Promise<string | null> {
  if (!dec(changed.quantity).gt(order.planned.quantity) || !isOfRiskyKind(changed)) return null;
  const { account, clock, journal } = ports;
  const exposure = await journal.exposure(account.accountId, clock.now());
  if (isReducing(changed, exposure.positions, exposure.working)) return null;
  const left = { ...changed, quantity: dec(changed.quantity).minus(order.filledQuantity).toFixed() };
  const cost = await askBroker(ports, [left]);
  return cost === null ? null : await checkMargin(ports, [order], exposure, cost);
}

/** The gate reserves nothing for an order that only reduces; of a combination that nets to nothing it cannot be told by that. */
function mayTieUpMargin({ planned, reservedUsd }: Pick<TicketOrder, 'planned' | 'reservedUsd'>): boolean {
  return isOfRiskyKind(planned) && (planned.tradable.kind === 'combo' || !dec(reservedUsd).isZero());
}

/** Bought shares are paid for, and exits close what their entry opens. */
function isOfRiskyKind({ tradable, side, parentRef }: PlannedOrder): boolean {
  return parentRef === null && !(tradable.kind === 'stock' && side === OrderSide.buy);
}

/** Null where the broker refuses the orders as such: that is its word to say when it is given them. */
async function askBroker({ account, session }: DeskPorts, orders: readonly PlannedOrder[]): Promise<WhatIf | null> {
  try {
    return await session.whatIf(account.brokerAccount, orders);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ORDER_INVALID' || code === 'BROKER_REJECTED') return null;
    throw error;
  }
}

async function checkMargin(
  ports: DeskPorts,
  orders: readonly TicketOrder[],
  exposure: AccountExposure,
  cost: WhatIf,
): Promise<string | null> {
  const { journal, clock } = ports;
  const own = new Set(orders.map(({ planned }) => planned.orderRef));
  const others = exposure.working.filter(({ order }) => !own.has(order.orderRef));
  // What sold options brought in is cash, and not there to be spent: the broker has less available.
  const available = Dec.min(exposure.cashUsd, cost.availableUsd ?? exposure.cashUsd);
  const bound = available.minus(await tiedUpBy(ports, others, exposure));
  const needed = dec(cost.initialMarginUsd).plus(cost.commissionUsd ?? '0');
  const check: RiskCheck = {
    ...{ limit: RiskLimit.buyingPower, bound: bound.toFixed(), attempted: needed.toFixed() },
    passed: needed.lte(bound),
  };
  const reason = `${check.passed ? 'allowed' : 'denied'}: ${describe(check)}`;
  for (const ref of own) {
    await journal.note(ref, { what: 'margin asked of the broker', ...check, reason }, clock.now());
  }
  return check.passed ? null : `initial margin: ${describe(check)}`;
}

/** What working orders will tie up if they fill: what the gate has reserved for them, or their margin where that is more. */
async function tiedUpBy(
  ports: DeskPorts,
  working: readonly WorkingOrder[],
  { positions, working: all }: AccountExposure,
): Promise<Dec> {
  const reserved = sum(working.map(({ reservedUsd }) => dec(reservedUsd)));
  const risky = working.filter(
    ({ order, reservedUsd }) => mayTieUpMargin({ planned: order, reservedUsd }) && !isReducing(order, positions, all),
  );
  if (risky.length === 0) return reserved;
  const rest = risky.map(({ order, remainingQuantity }) => ({ ...order, quantity: remainingQuantity }));
  const margin = (await askBroker(ports, rest))?.initialMarginUsd ?? '0';
  const reservedForThese = sum(risky.map(({ reservedUsd }) => dec(reservedUsd)));
  return reserved.minus(reservedForThese).plus(Dec.max(reservedForThese, margin));
}
