import { messageOf, orderInvalid, withoutEffect } from './failures.ts';
import type { SizesLeft } from './market-view.ts';
import { PaperBook } from './paper-book.ts';
import type { PaperAccount, PaperMarket, PaperSessionOptions } from './paper-options.ts';
import type { AccountStep } from './paper-state.ts';

/** One account in the memory of this process. */
export interface OpenAccount {
  readonly account: string;
  readonly book: PaperBook;
  readonly market: PaperMarket;
  /** What is left of the market's sizes until it moves. */
  readonly sizes: SizesLeft;
  /** Orders whose last fill chance has cut short: they wait for the next market. */
  readonly resting: Set<string>;
  /** Whether the store has its whole state as one list of steps of ours, to which steps can be added. */
  isKept: boolean;
}

/** The account as the store has it. ORDER_INVALID for one that is none of ours, BROKER_NOT_READY where it cannot be read. */
export async function openAccount(options: PaperSessionOptions, account: string): Promise<OpenAccount> {
  const facts = await findAccount(options, account);
  if (facts === null) throw orderInvalid(`account: ${account} is not one of the paper broker's`);
  const { market, openingCashUsd } = facts;
  try {
    const steps = (await options.store.load(account)).map((line) => JSON.parse(line) as AccountStep);
    const book = new PaperBook(steps.at(-1)?.day ?? (await market.today()), openingCashUsd);
    for (const step of steps) book.restore(step);
    return { account, book, market, sizes: new Map(), resting: new Set(), isKept: false };
  } catch (error) {
    throw notReadable(account, error);
  }
}

/** Null for an account that is none of ours. */
export async function findAccount(
  { account: find }: PaperSessionOptions,
  account: string,
): Promise<PaperAccount | null> {
  try {
    return await find(account);
  } catch (error) {
    throw notReadable(account, error);
  }
}

function notReadable(account: string, error: unknown): Error {
  return withoutEffect('BROKER_NOT_READY', `account ${account} cannot be read: ${messageOf(error)}`, error);
}

/**
 * Keeps what changed since the last call. The first step after an opening or on a new day puts the whole state in the
 * place of all steps, so that they do not grow for ever.
 */
export async function keepAccount({ store }: PaperSessionOptions, open: OpenAccount, isNewDay: boolean): Promise<void> {
  const { account, book } = open;
  if (!book.hasChanged && !isNewDay) return;
  const isWhole = isNewDay || !open.isKept;
  const step = isWhole ? book.takeAll() : book.takeStep();
  const text = JSON.stringify(step);
  await (isWhole ? store.replace(account, text, step.number) : store.append(account, text, step.number));
  open.isKept = true;
}
