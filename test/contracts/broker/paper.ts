import type { PaperMarket } from '../../../src/adapters/paper/paper-options.ts';
import type { PaperStore } from '../../../src/adapters/paper/paper-store.ts';
import { createPaperSession, type PaperSession } from '../../../src/adapters/paper/session.ts';
import { createMemoryPaperStore } from '../../../src/adapters/paper/testing/memory-paper-store.ts';
import type { Instrument } from '../../../src/domain/orders/instrument.ts';
import { optionContract, type SimContract, stockContract } from '../../../src/emulators/tws/contracts/sim-contract.ts';
import { QuoteBoard } from '../../../src/emulators/tws/market/quote-board.ts';
import { quoteFrom } from '../../../src/emulators/tws/session/desk.ts';
import { DAY, market as sharedMarket, watched } from '../ibkr/stand.ts';
import type { BrokerUnderTest } from './broker-under-test.ts';

const ACCOUNT = 'paper-1';
const OPENING_CASH = '1000000';

/** The paper broker, on the very prices that the simulator has. */
export async function startPaper(): Promise<BrokerUnderTest> {
  let board = newBoard();
  let store: PaperStore = createMemoryPaperStore();
  let session: PaperSession | null = null;
  const market: PaperMarket = {
    today: async () => board.day,
    async quote(instrument) {
      const contract = contractOf(instrument);
      await board.load(contract);
      const quote = board.quote(contract);
      if (quote === null) return null;
      const [bid, ask, last] = [quote.bid, quote.ask, quote.last].map((price) => price.toFixed());
      return { bid: bid ?? '', ask: ask ?? '', last: last ?? '', bidSize: quote.bidSize, askSize: quote.askSize };
    },
  };
  const open = async (rejectProbability: number) => {
    await session?.close();
    session = createPaperSession({
      account: async (account) => (account === ACCOUNT ? { openingCashUsd: OPENING_CASH, market } : null),
      ...{ store, clock: { now: () => new Date() }, log: { error: () => undefined }, seed: 1, rejectProbability },
      grid: { optionProgrammes: new Map([['KO', 'penny']]) },
    });
    const opened = watched(session);
    await opened.until('ready');
    return opened;
  };
  return {
    account: ACCOUNT,
    openingCash: OPENING_CASH,
    open: () => open(0),
    openRefusing: () => open(1),
    async setPrice(symbol, price) {
      board.fix(stockContract(symbol).conId, quoteFrom(price));
      await session?.marketMoved();
    },
    async turnTo(day) {
      await board.turnTo(day);
      await session?.marketMoved();
    },
    async reset() {
      await session?.close();
      session = null;
      board = newBoard();
      store = createMemoryPaperStore();
    },
    async stop() {
      await session?.close();
    },
  };
}

function newBoard(): QuoteBoard {
  return new QuoteBoard(sharedMarket, DAY, () => null);
}

function contractOf(instrument: Instrument): SimContract {
  if (instrument.kind === 'stock') return stockContract(instrument.symbol);
  const { symbol, expiration, strike, right } = instrument;
  return optionContract(symbol, expiration.replaceAll('-', ''), strike, right === 'CALL' ? 'C' : 'P');
}
