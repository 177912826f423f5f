import type { Dec } from '../../../domain/money/decimal.ts';
import {
  CENT_STEPS,
  isOnIncrement,
  type PriceSteps,
  US_PENNY_OPTION_STEPS,
  US_STOCK_STEPS,
} from '../../../domain/orders/price-increment.ts';
import type { SimContract } from '../contracts/sim-contract.ts';

export const STOCK_RULE = 26;
export const OPTION_RULE = 239;
const BAG_RULE = 32;

/** The market rules of the simulator by id: all its options are of the penny programme. */
const RULES: Readonly<Record<number, PriceSteps>> = {
  [STOCK_RULE]: US_STOCK_STEPS,
  [OPTION_RULE]: US_PENNY_OPTION_STEPS,
  [BAG_RULE]: CENT_STEPS,
};

const STEPS_OF: Readonly<Record<SimContract['secType'], PriceSteps>> = {
  STK: US_STOCK_STEPS,
  OPT: US_PENNY_OPTION_STEPS,
  BAG: CENT_STEPS,
  IND: CENT_STEPS,
};

export function priceRule(id: number): PriceSteps | null {
  return RULES[id] ?? null;
}

/** The steps in which prices of this contract move. */
export function priceStepsOf({ secType }: Pick<SimContract, 'secType'>): PriceSteps {
  return STEPS_OF[secType];
}

export function isOnGrid(contract: Pick<SimContract, 'secType'>, price: Dec): boolean {
  return isOnIncrement(price, priceStepsOf(contract));
}
