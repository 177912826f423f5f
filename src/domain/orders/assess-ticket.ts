import { type DecimalString, dec, sum } from '../money/decimal.ts';
import { commissionOfOrder } from './commission.ts';
import { intentKey } from './exposure.ts';
import type { PlannedOrder } from './order.ts';
import { placementsOf } from './plan-ticket.ts';
import { type DeltasUsd, deltaUsdPerUnit, portfolioDeltaUsd } from './portfolio-delta.ts';
import { assessOrder, notionalOf, type RiskAssessment, type RiskFacts } from './risk-gate.ts';
import { describe, type RiskLimits } from './risk-limits.ts';
import { legsOf } from './ticket.ts';

/** An order of a ticket as the gate sees it. */
export interface OrderToAssess {
  readonly planned: PlannedOrder;
  /** The price that smart pricing may reach at most; null without it. */
  readonly walkLimit: DecimalString | null;
  /** The last price of what it trades, of a combination its net price; null without one. */
  readonly quote: DecimalString | null;
  /** Why it cannot be traded whatever the limits are; null where it can. */
  readonly obstacle: string | null;
}

/** The account and the market as they are before the ticket; what differs from order to order stands in the orders. */
export type TicketFacts = Omit<
  RiskFacts,
  'quote' | 'marginUsd' | 'commissionUsd' | 'portfolioDeltaUsd' | 'deltaUsdPerUnit'
> & {
  /** Of everything that is held, works or stands in the ticket; empty where no limit asks for it. */
  readonly deltas: DeltasUsd;
};

export interface AssessedOrder {
  readonly planned: PlannedOrder;
  readonly assessment: RiskAssessment;
  /** Why it is denied, in words; null where it is allowed. */
  readonly denial: string | null;
  readonly quote: DecimalString | null;
  /** What it will cost if it fills whole, US dollars; zero where it only reduces. */
  readonly reservedUsd: DecimalString;
}

/**
 * Holds the orders of a ticket against the limits, one after the other: what the first ones reserve is not there for the
 * later ones. Orders that go to the broker together are denied together, since half a bracket is worse than none; where
 * `isWhole`, as of a combination by legs, all of the ticket are.
 */
export function assessTicket(
  orders: readonly OrderToAssess[],
  facts: TicketFacts,
  limits: RiskLimits,
  isWhole: boolean,
): readonly AssessedOrder[] {
  const working = [...facts.working];
  const recentIntents = [...facts.recentIntents];
  const assessed = orders.map((one): AssessedOrder => {
    const { planned, quote } = one;
    const order = one.walkLimit === null ? planned : { ...planned, limitPrice: one.walkLimit };
    const now = { ...facts, working: [...working], recentIntents: [...recentIntents], quote };
    const deltas = {
      portfolioDeltaUsd: portfolioDeltaUsd(order, facts.positions, working, facts.deltas),
      deltaUsdPerUnit: deltaUsdPerUnit(order.tradable, facts.deltas),
    };
    // The broker is asked for its margin when the order is about to be sent, by the owner of the session.
    const costs = { marginUsd: null, commissionUsd: commissionOf(order, quote) };
    const assessment = assessOrder(order, { ...now, ...deltas, ...costs }, limits);
    const denial = denialOf(one.obstacle, assessment);
    const reservedUsd = assessment.reduces ? '0' : (notionalOf(order, quote) ?? '0');
    if (denial === null) {
      working.push({ order: planned, remainingQuantity: planned.quantity, reservedUsd, tradeId: facts.tradeId });
      recentIntents.push({ orderRef: planned.orderRef, intentKey: intentKey(planned) });
    }
    return { planned, assessment, denial, quote, reservedUsd };
  });
  return denyTogether(assessed, isWhole);
}

function denialOf(obstacle: string | null, { checks }: RiskAssessment): string | null {
  const failed = checks.filter((check) => !check.passed).map(describe);
  const reasons = obstacle === null ? failed : [obstacle, ...failed];
  return reasons.length === 0 ? null : reasons.join('; ');
}

/** An estimate by the broker's schedule; the parts of a combination count as if each leg traded at the net price. */
function commissionOf(
  { tradable, side, quantity, limitPrice }: PlannedOrder,
  quote: DecimalString | null,
): DecimalString {
  const price = dec(limitPrice ?? quote ?? '0')
    .abs()
    .toFixed();
  const legs = legsOf(tradable, side).map(({ instrument, ratio }) =>
    dec(commissionOfOrder(instrument, [{ quantity: dec(quantity).times(ratio).toFixed(), price }])),
  );
  return sum(legs).toFixed();
}

function denyTogether(orders: readonly AssessedOrder[], isWhole: boolean): readonly AssessedOrder[] {
  const all = orders.map(({ planned }) => planned);
  const groups = isWhole ? [all] : placementsOf(all);
  const denialOfGroup = new Map<string, string>();
  for (const group of groups) {
    const refs = new Set(group.map(({ orderRef }) => orderRef));
    const denied = orders.find(({ planned, denial }) => denial !== null && refs.has(planned.orderRef));
    if (denied)
      for (const ref of refs) denialOfGroup.set(ref, `${denied.planned.orderRef} was denied: ${denied.denial}`);
  }
  return orders.map((one) => {
    const denial = one.denial ?? denialOfGroup.get(one.planned.orderRef) ?? null;
    return denial === one.denial ? one : { ...one, denial };
  });
}
