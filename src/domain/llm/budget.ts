import { type DecimalString, dec } from '../money/decimal.ts';

/** The day to which a call's cost belongs: the UTC day on which it was reserved, as vendors bill. `YYYY-MM-DD`. */
export function budgetDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** A budget and what is taken of it. */
export interface BudgetFacts {
  readonly strategySlug: string | null;
  readonly day: string;
  readonly dailyUsd: DecimalString | null;
  readonly spentUsd: DecimalString;
  readonly reservedUsd: DecimalString;
}

/** Why a budget does not allow a call that may cost this much, in words; null where it does. */
export function exceeded(budget: BudgetFacts, upperBoundUsd: DecimalString): string | null {
  const { strategySlug, day, dailyUsd, spentUsd, reservedUsd } = budget;
  if (dailyUsd === null) return null;
  const left = dec(dailyUsd).minus(spentUsd).minus(reservedUsd);
  if (left.gte(upperBoundUsd)) return null;
  const scope = strategySlug === null ? 'the service' : `strategy ${strategySlug}`;
  return (
    `the budget of ${scope} for ${day} is $${dailyUsd}: $${spentUsd} are spent and $${reservedUsd} reserved, ` +
    `which leaves $${left.toFixed()}; the call may cost up to $${upperBoundUsd}`
  );
}

/** UTF-8 bytes in a token at least, on average over a prompt: English has four, digits and JSON between two and three. */
const BYTES_PER_TOKEN = 2;
/** What a provider puts around a prompt: roles, the schema's own framing. */
const FRAME_TOKENS = 500;

/** An upper bound of the tokens of a payload of this many bytes, its framing included. */
export function inputTokensAtMost(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN) + FRAME_TOKENS;
}
