import { randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { FoliosError } from '../../contracts/errors.ts';
import type { MarketDate } from '../../domain/market/market-date.ts';
import { createControlApp } from './control/routes.ts';
import type { SimulatorMarket } from './market/simulator-market.ts';
import { Desk } from './session/desk.ts';
import { createTwsServer } from './session/server.ts';

const DEFAULT_ACCOUNT = 'DU1000001';
const DEFAULT_CASH_USD = '1000000';

export interface TwsSimulatorOptions {
  /** Address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** Port of the TWS wire; 0 takes any free one. */
  readonly port: number;
  /** Port of the control endpoint; 0 takes any free one. */
  readonly controlPort: number;
  /** Where everything is kept so that a restart loses nothing; null keeps it in memory. */
  readonly stateFile: string | null;
  readonly market: SimulatorMarket;
  readonly clock?: () => Date;
  /** One paper account when absent. */
  readonly accounts?: readonly string[];
  /** What every account begins with; a million when absent. */
  readonly startingCashUsd?: string;
  /** Makes permanent ids and execution ids the same each time; otherwise every new simulator has its own. */
  readonly seed?: number;
  readonly log?: (line: string) => void;
}

export interface TwsSimulator {
  readonly port: number;
  readonly controlPort: number;
  /** Of the control endpoint. */
  readonly url: string;
  /** The trading day at whose prices it trades. */
  readonly day: MarketDate;
  /** Ends the day's orders and opens another day with its prices. */
  turnTo(day: MarketDate): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a server that speaks the TWS wire at version 178, and its control endpoint. Fails after closing what had
 * started: with PORT_IN_USE, which names the port and its variable, or with the system's error.
 */
export async function startTwsSimulator(options: TwsSimulatorOptions): Promise<TwsSimulator> {
  const { port, controlPort, host = '127.0.0.1', log = () => undefined } = options;
  const desk = new Desk({
    market: options.market,
    accounts: options.accounts ?? [DEFAULT_ACCOUNT],
    startingCashUsd: options.startingCashUsd ?? DEFAULT_CASH_USD,
    clock: options.clock ?? (() => new Date()),
    stateFile: options.stateFile,
    instance: instanceOf(options.seed),
  });
  await desk.loadPrices();
  const server = createTwsServer(desk, log);
  const control = createControlApp(desk);
  const close = async (): Promise<void> => {
    for (const connection of desk.connections) connection.breakOff();
    await control.close();
    await new Promise<void>((done) => (server.listening ? server.close(() => done()) : done()));
    desk.close();
  };
  try {
    const url = await named(control.listen({ host, port: controlPort }), controlPort, 'FOLIOS_TWS_CONTROL_PORT');
    await named(listen(server, port, host), port, 'FOLIOS_TWS_EMULATOR_PORT');
    return {
      ...{ port: portOf(server.address()), controlPort: portOf(control.server.address()), url, close },
      get day() {
        return desk.quotes.day;
      },
      turnTo: (day) => desk.turnTo(day),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function instanceOf(seed: number | undefined): string {
  if (seed === undefined) return randomBytes(4).toString('hex');
  return (Math.abs(Math.trunc(seed)) % 0xffffffff).toString(16).padStart(8, '0');
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

async function named<T>(listening: Promise<T>, port: number, variable: string): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new FoliosError(
      'PORT_IN_USE',
      `port ${port} for the TWS simulator is taken by another program; free it or set ${variable} to another one`,
      { port, variable },
      { cause: error },
    );
  }
}

function portOf(address: ReturnType<Server['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
