import { type Dec, dec } from '../../../domain/money/decimal.ts';
import type { SimContract } from '../contracts/sim-contract.ts';

/** From this price on, prices move in these steps. */
interface PriceStep {
  readonly lowEdge: string;
  readonly increment: string;
}

export const STOCK_RULE = 26;
export const OPTION_RULE = 239;
const BAG_RULE = 32;

/** The market rules of the simulator: shares by the cent, cheap ones finer; options in 0.01 below 3 and 0.05 above. */
const RULES: Readonly<Record<number, readonly PriceStep[]>> = {
  [STOCK_RULE]: [
    { lowEdge: '0', increment: '0.0001' },
    { lowEdge: '1', increment: '0.01' },
  ],
  [OPTION_RULE]: [
    { lowEdge: '0', increment: '0.01' },
    { lowEdge: '3', increment: '0.05' },
  ],
  [BAG_RULE]: [{ lowEdge: '0', increment: '0.01' }],
};

export function priceRule(id: number): readonly PriceStep[] | null {
  return RULES[id] ?? null;
}

/** The step in which this contract moves at this price. */
export function incrementAt(contract: Pick<SimContract, 'secType'>, price: Dec): Dec {
  const id = contract.secType === 'STK' ? STOCK_RULE : contract.secType === 'OPT' ? OPTION_RULE : BAG_RULE;
  const step = RULES[id]?.findLast(({ lowEdge }) => price.abs().gte(lowEdge));
  return dec(step?.increment ?? '0.01');
}

export function isOnGrid(contract: Pick<SimContract, 'secType'>, price: Dec): boolean {
  return price.mod(incrementAt(contract, price)).isZero();
}

/** The nearest price of the grid that is not below (`up`) or not above the given one. */
export function toGrid(contract: Pick<SimContract, 'secType'>, price: Dec, up: boolean): Dec {
  const step = incrementAt(contract, price);
  const steps = price.div(step);
  return (up ? steps.ceil() : steps.floor()).times(step);
}
