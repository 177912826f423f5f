import { dec } from '../../../domain/money/decimal.ts';
import { expirationsOn, isExpirationListed, isStrike, strikesAround } from '../../../domain/options/listed-options.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { SimulatorMarket } from '../market/simulator-market.ts';
import type { WantedContract } from '../wire/contract-fields.ts';
import type { OrderLeg } from '../wire/place-order.ts';
import {
  type BagLeg,
  bagContract,
  expirationOf,
  indexContract,
  optionContract,
  type SimContract,
  stockContract,
  wireDay,
} from './sim-contract.ts';

const LOCAL_OPTION = /^([A-Z][A-Z0-9.-]{0,5}) *(\d{6})([CP])(\d{8})$/;

/** Every contract that was ever named, so that its id can be given instead of its description. */
export class ContractDirectory {
  readonly #known: Map<number, SimContract>;
  readonly #quotes: QuoteBoard;
  readonly #market: SimulatorMarket;
  #fresh: SimContract[] = [];

  constructor(market: SimulatorMarket, quotes: QuoteBoard, known: Map<number, SimContract>) {
    this.#market = market;
    this.#quotes = quotes;
    this.#known = known;
  }

  /** Contracts that are new since the last call, to be kept. */
  takeFresh(): SimContract[] {
    return this.#fresh.splice(0);
  }

  known(): SimContract[] {
    return [...this.#known.values()];
  }

  byId(conId: number): SimContract | null {
    return this.#known.get(conId) ?? null;
  }

  search(text: string): Promise<readonly string[]> {
    return this.#market.search(text);
  }

  /** Every contract that fits the description; none where there is no such contract. */
  async find(wanted: WantedContract, includeExpired: boolean): Promise<SimContract[]> {
    if (wanted.currency !== '' && wanted.currency !== 'USD') return [];
    if (wanted.conId > 0) {
      const known = this.byId(wanted.conId);
      if (known === null || (known.secType === 'OPT' && !includeExpired && this.#isExpired(known))) return [];
      return wanted.symbol === '' || wanted.symbol === known.symbol ? [known] : [];
    }
    const symbol = wanted.symbol || localSymbolOf(wanted);
    if (wanted.secType === 'IND') return isIndex(symbol, wanted.exchange) ? [this.#keep(indexContract(symbol))] : [];
    if (symbol === '' || !(await this.#hasShare(symbol))) return [];
    if (wanted.secType === 'STK') return [this.#keep(stockContract(symbol))];
    if (wanted.secType !== 'OPT') return [];
    return this.#options(symbol, wanted, includeExpired);
  }

  /** A combination of known contracts; null where a leg is not known. */
  bag(symbol: string, legs: readonly OrderLeg[]): SimContract | null {
    if (legs.some((leg) => this.byId(leg.conId)?.secType === undefined)) return null;
    return bagContract(
      symbol,
      legs.map(
        ({ conId, ratio, action, exchange }): BagLeg => ({
          conId,
          ratio,
          action: action === 'SELL' || action === 'SSHORT' ? 'SELL' : 'BUY',
          exchange,
        }),
      ),
    );
  }

  /** The option chain of a share: what `reqSecDefOptParams` answers. Null for an unknown share. */
  async chain(symbol: string): Promise<{ share: SimContract; expirations: string[]; strikes: string[] } | null> {
    if (!(await this.#hasShare(symbol))) return null;
    const share = this.#keep(stockContract(symbol));
    return { share, expirations: expirationsOn(this.#quotes.day).map(wireDay), strikes: this.#strikes(share) };
  }

  async #hasShare(symbol: string): Promise<boolean> {
    const share = stockContract(symbol);
    await this.#quotes.load(share);
    return this.#quotes.quote(share) !== null;
  }

  #strikes(share: SimContract): string[] {
    return strikesAround(this.#quotes.quote(share)?.last.toNumber() ?? 0);
  }

  #options(symbol: string, wanted: WantedContract, includeExpired: boolean): SimContract[] {
    const local = LOCAL_OPTION.exec(wanted.localSymbol);
    const expiration = local === null ? (wanted.expiration.split(/[ -]/)[0] ?? '') : `20${local[2]}`;
    const strike = local === null ? wanted.strike : String(Number(local[4]) / 1000);
    const right = local === null ? wanted.right.toUpperCase().slice(0, 1) : local[3];
    const rights = (['C', 'P'] as const).filter((one) => right === '' || right === '0' || right === one);
    const strikes = this.#wantedStrikes(symbol, strike);
    return this.#wantedExpirations(expiration, includeExpired).flatMap((day) =>
      strikes.flatMap((one) => rights.map((side) => this.#keep(optionContract(symbol, day, one, side)))),
    );
  }

  #wantedExpirations(wanted: string, includeExpired: boolean): string[] {
    if (/^\d{8}$/.test(wanted)) {
      const listed = isExpirationListed(expirationOf({ expiration: wanted }), this.#quotes.day);
      const expired = includeExpired && wanted < wireDay(this.#quotes.day);
      return listed || expired ? [wanted] : [];
    }
    return expirationsOn(this.#quotes.day)
      .map(wireDay)
      .filter((day) => day.startsWith(wanted));
  }

  #wantedStrikes(symbol: string, wanted: string): string[] {
    if (wanted === '' || Number(wanted) === 0) return this.#strikes(stockContract(symbol));
    return isStrike(wanted) ? [dec(wanted).toFixed()] : [];
  }

  #isExpired(contract: SimContract): boolean {
    return contract.expiration < wireDay(this.#quotes.day);
  }

  #keep(contract: SimContract): SimContract {
    const known = this.#known.get(contract.conId);
    if (known !== undefined) return known;
    this.#known.set(contract.conId, contract);
    this.#fresh.push(contract);
    return contract;
  }
}

/** The only index is the S&P 500, at the exchange that computes it. */
function isIndex(symbol: string, exchange: string): boolean {
  return symbol === 'SPX' && (exchange === '' || exchange === 'CBOE');
}

function localSymbolOf(wanted: WantedContract): string {
  if (wanted.secType === 'OPT') return LOCAL_OPTION.exec(wanted.localSymbol)?.[1] ?? '';
  return wanted.localSymbol;
}
