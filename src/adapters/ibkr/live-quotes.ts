import { type Contract, EventName, SecType } from '@stoqey/ib';
import { FoliosError } from '../../contracts/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OptionGreeks } from '../../ports/option-market.ts';
import type { ContractSource } from './contracts.ts';
import { describe, toDecimalString } from './ib-contract.ts';
import { gatherTicks, type LiveQuote } from './quote-ticks.ts';
import { TickType } from './tick-types.ts';
import type { Timers } from './timers.ts';

/** After bid and ask, the last price follows at once or there is none. */
const LAST_FOLLOWS_MS = 300;
/** An illiquid contract has only one side; waiting longer does not bring the other. */
const LONGEST_WAIT_MS = 4_000;

export type QuoteSource = ContractSource & { readonly clock: Clock; readonly timers: Timers };

/** Subscribes until the prices are there, and unsubscribes. QUOTE_UNAVAILABLE where none comes. */
export async function askQuote(source: QuoteSource, contract: Contract): Promise<LiveQuote> {
  const { requests, clock, timers, deadlineMs } = source;
  const ticks = gatherTicks(contract.secType === SecType.BAG);
  await requests.ask<void>('a quote', deadlineMs, (call) => {
    const finish = () => call.done();
    call.onEnd(timers.after(Math.min(LONGEST_WAIT_MS, deadlineMs - 1), finish));
    call.onEnd(() => call.send((ib) => ib.cancelMktData(call.id)));
    let isSettling = false;
    call.listen(EventName.tickPrice, (id: number, tickType: number, price: number) => {
      if (id !== call.id) return;
      ticks.price(tickType, price);
      if (ticks.hasBothSides && !isSettling) {
        isSettling = true;
        call.onEnd(timers.after(LAST_FOLLOWS_MS, finish));
      }
    });
    call.listen(EventName.tickSize, (id: number, tickType: number, size: number | undefined) => {
      if (id !== call.id) return;
      ticks.size(tickType, size);
      // The size belongs to the price before it, and says whether that is one.
      if (ticks.isComplete) finish();
    });
    call.send((ib) => ib.reqMktData(call.id, contract, '', false, false));
  });
  const quote = ticks.quote(clock.now());
  if (quote.bid !== null || quote.ask !== null || quote.last !== null) return quote;
  throw unavailable(`Interactive Brokers has no price of ${describe(contract)}`);
}

/** The broker's own model of an option: it computes more often and more evenly than from bid or ask. */
export async function askGreeks(source: QuoteSource, contract: Contract): Promise<OptionGreeks> {
  const { requests, clock, timers, deadlineMs } = source;
  const greeks = await requests.ask<OptionGreeks | null>('option Greeks', deadlineMs, (call) => {
    call.onEnd(timers.after(Math.min(LONGEST_WAIT_MS, deadlineMs - 1), () => call.done(null)));
    call.onEnd(() => call.send((ib) => ib.cancelMktData(call.id)));
    call.listen(EventName.tickOptionComputation, (...args: ComputationArgs) => {
      const [id, tickType, , impliedVolatility, delta, price, , gamma, vega, theta, underlying] = args;
      const isModel = tickType === TickType.modelOption || tickType === TickType.delayedModelOption;
      if (id !== call.id || !isModel || impliedVolatility === undefined || delta === undefined) return;
      call.done({
        ...{ impliedVolatility, delta, gamma: gamma ?? null, vega: vega ?? null, theta: theta ?? null },
        price: price === undefined ? null : toDecimalString(price),
        underlyingPrice: underlying === undefined ? null : toDecimalString(underlying),
        at: clock.now(),
      });
    });
    call.send((ib) => ib.reqMktData(call.id, contract, '', false, false));
  });
  if (greeks) return greeks;
  throw unavailable(`Interactive Brokers computes no Greeks of ${describe(contract)}`);
}

type ComputationArgs = [
  id: number,
  tickType: number,
  attributes: number | undefined,
  impliedVolatility: number | undefined,
  delta: number | undefined,
  price: number | undefined,
  dividends: number | undefined,
  gamma: number | undefined,
  vega: number | undefined,
  theta: number | undefined,
  underlyingPrice: number | undefined,
];

function unavailable(message: string): FoliosError {
  return new FoliosError('QUOTE_UNAVAILABLE', message);
}
