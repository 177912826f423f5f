import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { FoliosClient } from '../../src/client/folios-client.ts';
import { TradingMode } from '../../src/domain/orders/trading-mode.ts';
import type { TradingSwitch } from '../../src/ports/trading-switch.ts';
import type { Deed, Part, Round } from './generator.ts';
import type { Stand } from './stand.ts';

/** Each try of a call; a server that was killed never answers it. */
const CALL_MS = 5_000;
/** An update waits for the worker that carries it out, and may need a broker that is cut off. */
const UPDATE_MS = 20_000;
/** How long a deed waits for a server that was killed. */
const DEED_MS = 45_000;

export interface Kill {
  readonly part: Part;
  readonly killedAtMs: number;
  readonly startedAtMs: number;
}

/** What was done, in the order in which it happened. */
export interface Done {
  rounds: number;
  /** How often reconciliation paused an account and a person resumed it. */
  pauses: number;
  readonly tickets: { readonly ticketId: string; readonly kind: string }[];
  readonly kills: Kill[];
  /** By their names. */
  readonly faults: Map<string, number>;
  readonly cancels: { asked: number; refused: number };
  readonly changes: { asked: number; refused: number };
}

export interface Scene {
  readonly stand: Stand;
  readonly folios: FoliosClient;
  readonly connection: Connection;
  readonly accountIds: readonly string[];
  readonly tradingSwitch: TradingSwitch;
  /** Updates that are under way when their round ends. */
  readonly pending: Set<Promise<unknown>>;
  readonly done: Done;
}

export function nothingDone(): Done {
  const counted = () => ({ asked: 0, refused: 0 });
  return { rounds: 0, pauses: 0, tickets: [], kills: [], faults: new Map(), cancels: counted(), changes: counted() };
}

/** Does a round's deeds at their times; ends when all are done and what was killed has been started again. */
export async function playRound(scene: Scene, { deeds }: Round): Promise<void> {
  await Promise.all(
    deeds.map(async (deed) => {
      await sleep(deed.atMs);
      await perform(scene, deed);
    }),
  );
  scene.done.rounds += 1;
  await resumeAccounts(scene);
}

/** What a person does who has looked at the books that reconciliation found to differ. */
async function resumeAccounts({ accountIds, tradingSwitch, done }: Scene): Promise<void> {
  for (const accountId of accountIds) {
    const restriction = await untilDone('read the trading mode', () => tradingSwitch.restrictionOf(accountId));
    if (restriction === null) continue;
    done.pauses += 1;
    const resumed = { accountId, mode: TradingMode.normal, reason: 'the crash run goes on', by: 'crash run' };
    await untilDone('resume', () => tradingSwitch.set({ ...resumed, at: new Date() }));
  }
}

async function perform(scene: Scene, deed: Deed): Promise<void> {
  const { stand, done } = scene;
  switch (deed.what) {
    case 'ticket':
      return startTicket(scene, deed);
    case 'cancel': {
      const { ticketId, orderRefs } = deed;
      const wanted = { orderRefs, reason: 'the crash run cancels', by: 'crash run' };
      return ask(scene, done.cancels, ({ folios }) => folios.cancelOrders(ticketId, wanted));
    }
    case 'modify': {
      const { ticketId, orderRef, limitPrice } = deed;
      return ask(scene, done.changes, ({ folios }) =>
        folios.modifyOrder(ticketId, { orderRef, limitPrice, by: 'crash run' }),
      );
    }
    case 'kill':
      return kill(stand, done, deed);
    case 'price': {
      const { symbol, bid, ask } = deed;
      return void (await control(stand, 'price', { symbol, bid, ask, last: bid }));
    }
    case 'fault':
      count(done, `${deed.fault.fault} ${deed.fault.on ?? deed.fault.event ?? 'placeOrder'}`);
      return void (await control(stand, 'faults', deed.fault));
    case 'partial fills':
      count(done, deed.what);
      return void (await control(stand, 'fills', { quantity: deed.quantity, times: deed.times }));
    case 'order id rollback':
      count(done, deed.what);
      return void (await control(stand, 'next-order-id', { back: deed.back }));
    case 'connectivity':
      count(done, `1100, then ${deed.code}`);
      await control(stand, 'connectivity', { code: 1100 });
      await sleep(deed.lostMs);
      return void (await control(stand, 'connectivity', { code: deed.code }));
  }
}

async function kill(stand: Stand, done: Done, { part, downMs }: Extract<Deed, { what: 'kill' }>): Promise<void> {
  const killedAtMs = Date.now();
  await stand.kill(part);
  await sleep(downMs);
  const startedAtMs = Date.now();
  await stand.start(part);
  done.kills.push({ part, killedAtMs, startedAtMs });
}

/** Starting a ticket twice is harmless, so that it is repeated until Temporal has taken it. */
async function startTicket(scene: Scene, deed: Extract<Deed, { what: 'ticket' }>): Promise<void> {
  const { connection, folios, accountIds, done } = scene;
  const { ticketId, ticket } = deed;
  const isWalked = 'pricing' in ticket;
  done.tickets.push({ ticketId, kind: isWalked ? 'smart pricing' : ticket.kind });
  const accountId = accountIds[deed.account] ?? '';
  await untilDone(`start ticket ${ticketId}`, () =>
    connection.withDeadline(Date.now() + CALL_MS, () => folios.startTicket({ ticketId, accountId, ticket })),
  );
}

/** A person's wish: what it comes to, or that it is refused, is for the books to tell. */
async function ask(
  scene: Scene,
  counted: { asked: number; refused: number },
  update: (scene: Scene) => Promise<unknown>,
): Promise<void> {
  const { connection, pending } = scene;
  counted.asked += 1;
  const answer = connection
    .withDeadline(Date.now() + UPDATE_MS, () => update(scene))
    .catch(() => {
      counted.refused += 1;
    })
    .finally(() => pending.delete(answer));
  pending.add(answer);
}

function control(stand: Stand, path: string, body: object): Promise<unknown> {
  return untilDone(path, () => stand.control('POST', path, body));
}

/** Repeats a call to a server that may be down. */
export async function untilDone<T>(what: string, call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + DEED_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > deadline)
        throw new Error(`${what}: not done within ${DEED_MS / 1000} s`, { cause: error });
      await sleep(200);
    }
  }
}

function count(done: Done, name: string): void {
  done.faults.set(name, (done.faults.get(name) ?? 0) + 1);
}
