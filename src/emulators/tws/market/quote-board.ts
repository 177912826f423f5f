import type { MarketDate } from '../../../domain/market/market-date.ts';
import { type Dec, dec } from '../../../domain/money/decimal.ts';
import { modelQuote } from '../../../domain/options/model-quote.ts';
import { type ModelOption, modelOption } from '../../../domain/options/option-model.ts';
import { expirationOf, multiplierOf, rightOf, type SimContract, stockContract } from '../contracts/sim-contract.ts';
import { priceStepsOf } from './price-rules.ts';
import type { MarketQuote, SimulatorMarket } from './simulator-market.ts';

/** What the matching sees of one contract now. */
export interface LiveQuote {
  readonly bid: Dec;
  readonly ask: Dec;
  readonly last: Dec;
  readonly close: Dec;
  readonly bidSize: number | null;
  readonly askSize: number | null;
}

/**
 * The prices of now, which can be read at once so that an order's whole life is one step. Shares come from the market
 * of the day or from the control endpoint; options from the model over their share; combinations from their legs.
 */
export class QuoteBoard {
  readonly #market: SimulatorMarket;
  readonly #contractOf: (conId: number) => SimContract | null;
  readonly #shares = new Map<string, MarketQuote | null>();
  /** By contract id: what the control endpoint has set. */
  readonly #fixed = new Map<number, MarketQuote>();
  day: MarketDate;

  constructor(market: SimulatorMarket, day: MarketDate, contractOf: (conId: number) => SimContract | null) {
    this.#market = market;
    this.#contractOf = contractOf;
    this.day = day;
  }

  /** Loads what `quote` needs to price this contract; once a day. */
  async load(contract: SimContract): Promise<void> {
    const symbols = new Set([
      contract.symbol,
      ...contract.legs.map(({ conId }) => this.#contractOf(conId)?.symbol ?? contract.symbol),
    ]);
    for (const symbol of symbols) {
      if (this.#shares.has(symbol)) continue;
      this.#shares.set(symbol, await this.#market.quote(symbol, this.day));
    }
  }

  fix(conId: number, quote: MarketQuote): void {
    this.#fixed.set(conId, quote);
  }

  /** Begins another day: the control endpoint's prices and yesterday's are forgotten. */
  async turnTo(day: MarketDate): Promise<void> {
    const symbols = [...this.#shares.keys()];
    this.day = day;
    this.#fixed.clear();
    this.#shares.clear();
    for (const symbol of symbols) this.#shares.set(symbol, await this.#market.quote(symbol, day));
  }

  /** Null where nothing is known or it was not loaded. */
  quote(contract: SimContract): LiveQuote | null {
    const fixed = this.#fixed.get(contract.conId);
    if (contract.secType === 'BAG') return this.#bagQuote(contract);
    if (fixed !== undefined) return liveQuote(fixed);
    if (contract.secType === 'OPT') return this.#optionQuote(contract);
    const share = this.#shares.get(contract.symbol);
    return share ? liveQuote(share) : null;
  }

  /** The model's view of an option; null without a price of its share. */
  model(contract: SimContract): (ModelOption & { readonly spot: number }) | null {
    const share = this.quote(stockContract(contract.symbol));
    const right = rightOf(contract);
    if (share === null || contract.secType !== 'OPT' || right === null) return null;
    const spot = share.bid.plus(share.ask).div(2).toNumber();
    const volatility = this.#market.volatility(contract.symbol);
    const strike = Number(contract.strike);
    const expiration = expirationOf(contract);
    return { spot, ...modelOption({ spot, strike, right, today: this.day, expiration, volatility }) };
  }

  #optionQuote(contract: SimContract): LiveQuote | null {
    const model = this.model(contract);
    if (model === null) return null;
    const quote = modelQuote(model.price, priceStepsOf(contract));
    return { ...quote, close: quote.last, ...UNLIMITED };
  }

  /**
   * A bought combination pays the asks of its bought legs and gets the bids of its sold ones, per unit of the largest
   * multiplier: a hundred shares beside an option weigh as much as the option.
   */
  #bagQuote(contract: SimContract): LiveQuote | null {
    const total = { bid: dec(0), ask: dec(0), last: dec(0), close: dec(0) };
    const legs = contract.legs.map((leg) => ({ leg, known: this.#contractOf(leg.conId) }));
    const whole = Math.max(...legs.map(({ known }) => (known === null ? 1 : Number(multiplierOf(known)))));
    for (const { leg, known } of legs) {
      const quote = known === null ? null : this.quote(known);
      if (known === null || quote === null) return null;
      const bought = leg.action === 'BUY';
      const ratio = dec(bought ? leg.ratio : -leg.ratio)
        .times(multiplierOf(known))
        .div(whole);
      total.bid = total.bid.plus((bought ? quote.bid : quote.ask).times(ratio));
      total.ask = total.ask.plus((bought ? quote.ask : quote.bid).times(ratio));
      total.last = total.last.plus(quote.last.times(ratio));
      total.close = total.close.plus(quote.close.times(ratio));
    }
    return { ...total, ...UNLIMITED };
  }
}

const UNLIMITED = { bidSize: null, askSize: null };

function liveQuote(quote: MarketQuote): LiveQuote {
  const { bidSize, askSize } = quote;
  return { bid: dec(quote.bid), ask: dec(quote.ask), last: dec(quote.last), close: dec(quote.close), bidSize, askSize };
}
