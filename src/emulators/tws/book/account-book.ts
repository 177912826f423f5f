import { type BookedPosition, positionAfter } from '../../../domain/matching/position.ts';
import { type Dec, dec, ZERO } from '../../../domain/money/decimal.ts';
import { multiplierOf, type SimContract } from '../contracts/sim-contract.ts';
import type { SimExecution } from './sim-order.ts';

export interface SimPosition extends BookedPosition {
  readonly contract: SimContract;
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
      ...positionAfter(before ?? null, { quantity: signed, value, commission: dec(execution.commission) }),
      realizedPnl: (before?.realizedPnl ?? ZERO).plus(execution.realizedPnl ?? ZERO),
    });
  }
}
