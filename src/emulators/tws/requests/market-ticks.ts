import type { SimContract } from '../contracts/sim-contract.ts';
import type { LiveQuote } from '../market/quote-board.ts';
import type { Connection } from '../session/connection.ts';
import type { Desk } from '../session/desk.ts';

/** Tick types, live and delayed. */
const TICKS = {
  live: {
    bid: 1,
    ask: 2,
    last: 4,
    close: 9,
    bidSize: 0,
    askSize: 3,
    lastSize: 5,
    optionBid: 10,
    optionAsk: 11,
    model: 13,
  },
  delayed: {
    bid: 66,
    ask: 67,
    last: 68,
    close: 75,
    bidSize: 69,
    askSize: 70,
    lastSize: 71,
    optionBid: 80,
    optionAsk: 81,
    model: 83,
  },
};
/** Shown where a size never runs out. */
const ENDLESS_SIZE = 1000;

/** The contract's prices and sizes, for an option with the model's view. Nothing where it has no price. */
export function sendTicks(
  desk: Desk,
  connection: Connection,
  requestId: number,
  contract: SimContract,
  isDelayed: boolean,
): void {
  const quote = desk.quotes.quote(contract);
  if (quote === null) return;
  const ticks = isDelayed ? TICKS.delayed : TICKS.live;
  const id = String(requestId);
  const price = (type: number, value: { toFixed(): string }, size: number | null): void =>
    connection.send(['1', '6', id, String(type), value.toFixed(), String(size ?? ENDLESS_SIZE), '1']);
  const size = (type: number, value: number | null): void =>
    connection.send(['2', '6', id, String(type), String(value ?? ENDLESS_SIZE)]);
  price(ticks.bid, quote.bid, quote.bidSize);
  size(ticks.bidSize, quote.bidSize);
  price(ticks.ask, quote.ask, quote.askSize);
  size(ticks.askSize, quote.askSize);
  price(ticks.last, quote.last, null);
  size(ticks.lastSize, null);
  price(ticks.close, quote.close, null);
  sendModel(desk, connection, requestId, contract, quote, ticks);
}

function sendModel(
  desk: Desk,
  connection: Connection,
  requestId: number,
  contract: SimContract,
  quote: LiveQuote,
  ticks: (typeof TICKS)['live'],
): void {
  const model = desk.quotes.model(contract);
  if (model === null) return;
  const computed: readonly [number, string][] = [
    [ticks.optionBid, quote.bid.toFixed()],
    [ticks.optionAsk, quote.ask.toFixed()],
    [ticks.model, model.price.toFixed(6)],
  ];
  for (const [type, price] of computed) {
    connection.send([
      '21',
      String(requestId),
      String(type),
      '0', // computed from prices
      model.impliedVolatility.toFixed(6),
      model.delta.toFixed(6),
      price,
      '0', // present value of dividends
      model.gamma.toFixed(6),
      model.vega.toFixed(6),
      model.theta.toFixed(6),
      model.spot.toFixed(4),
    ]);
  }
}
