import { type Dec, dec, ZERO } from '../../../domain/money/decimal.ts';
import { multiplierOf, type SimContract } from '../contracts/sim-contract.ts';
import type { SimExecution } from './sim-order.ts';

export interface SimPosition {
  readonly contract: SimContract;
  /** Negative when short. */
  readonly quantity: Dec;
  /** US dollars a share, or a whole contract for an option (the multiplier included, commission too), as TWS has it. */
  readonly averageCost: Dec;
  readonly realizedPnl: Dec;
}

/** Cash and positions of one account: nothing but the sum of its executions. */
export class AccountBook {
  readonly account: string;
  cash: Dec;
  readonly positions = new Map<number, SimPosition>();

  constructor(account: string, startingCash: Dec) {
    this.account = account;
    this.cash = startingCash;
  }

  get realizedPnl(): Dec {
    return [...this.positions.values()].reduce((total, one) => total.plus(one.realizedPnl), ZERO);
  }

  /** The realised profit that this trade would have, its commission included; null where it closes nothing. */
  profitOf(contract: SimContract, signed: Dec, price: Dec, commission: Dec): Dec | null {
    const position = this.positions.get(contract.conId);
    if (position === undefined || position.quantity.times(signed).gte(0)) return null;
    const closed = position.quantity.abs().lt(signed.abs()) ? position.quantity.abs() : signed.abs();
    const perUnit = price.times(multiplierOf(contract)).minus(position.averageCost);
    return perUnit
      .times(closed)
      .times(position.quantity.gt(0) ? 1 : -1)
      .minus(commission);
  }

  /** Books an execution; the summary of a combination books nothing. */
  book(execution: SimExecution): void {
    if (execution.commission === null) return;
    const { contract } = execution;
    const signed = dec(execution.quantity).times(execution.side === 'BOT' ? 1 : -1);
    const value = signed.times(execution.price).times(multiplierOf(contract));
    this.cash = this.cash.minus(value).minus(execution.commission);
    const before = this.positions.get(contract.conId);
    this.positions.set(contract.conId, {
      contract,
      quantity: (before?.quantity ?? ZERO).plus(signed),
      averageCost: costAfter(before, signed, value, dec(execution.commission)),
      realizedPnl: (before?.realizedPnl ?? ZERO).plus(execution.realizedPnl ?? ZERO),
    });
  }
}

/** Opening averages the cost, closing leaves it, turning over starts anew. */
function costAfter(before: SimPosition | undefined, signed: Dec, value: Dec, commission: Dec): Dec {
  const unit = value.div(signed);
  if (before === undefined || before.quantity.isZero()) return costWithCommission(unit, signed, commission);
  if (before.quantity.times(signed).gt(0)) {
    const whole = before.quantity.plus(signed);
    const paid = before.averageCost.times(before.quantity).plus(value).plus(commission);
    return paid.div(whole);
  }
  const after = before.quantity.plus(signed);
  if (after.isZero()) return ZERO;
  return before.quantity.times(after).gt(0) ? before.averageCost : unit;
}

function costWithCommission(unit: Dec, signed: Dec, commission: Dec): Dec {
  return unit.plus(commission.div(signed));
}
