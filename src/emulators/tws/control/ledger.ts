import type { SimExecution, SimOrder } from '../book/sim-order.ts';
import type { Desk } from '../session/desk.ts';

export interface LedgerPosition {
  readonly account: string;
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  readonly localSymbol: string;
  readonly quantity: string;
  readonly averageCost: string;
  readonly realizedPnl: string;
}

/** Answer of `GET /_control/ledger`: the simulator's own truth, which a journal has to agree with. */
export interface SimulatorLedger {
  readonly simulated: true;
  readonly day: string;
  /** In the order of their permanent ids; `history` has every state of each. */
  readonly orders: readonly (SimOrder & { readonly orderRef: string; readonly parentOrderId: number })[];
  /** Oldest first. Those of combinations are followed by their legs'. */
  readonly executions: readonly SimExecution[];
  readonly positions: readonly LedgerPosition[];
  readonly cash: Readonly<Record<string, string>>;
  readonly nextOrderId: number;
}

export function ledgerOf(desk: Desk): SimulatorLedger {
  const { store } = desk;
  const books = [...store.accounts.values()];
  return {
    simulated: true,
    day: desk.quotes.day,
    orders: [...store.orders.values()].map((order) => ({
      ...order,
      orderRef: order.fields.orderRef ?? '',
      parentOrderId: desk.parentOrderId(order),
    })),
    executions: store.executions,
    positions: books.flatMap((book) =>
      [...book.positions.values()].map(({ contract, quantity, averageCost, realizedPnl }) => ({
        account: book.account,
        conId: contract.conId,
        symbol: contract.symbol,
        secType: contract.secType,
        localSymbol: contract.localSymbol,
        quantity: quantity.toFixed(),
        averageCost: averageCost.toDecimalPlaces(8).toFixed(),
        realizedPnl: realizedPnl.toFixed(),
      })),
    ),
    cash: Object.fromEntries(books.map((book) => [book.account, book.cash.toFixed()])),
    nextOrderId: store.counters.nextOrderId,
  };
}
