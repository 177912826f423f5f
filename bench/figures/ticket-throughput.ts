import { randomUUID } from 'node:crypto';
import { accountTaskQueue, WORKFLOW_TASK_QUEUE } from '../../src/contracts/task-queues.ts';
import { type BareService, startBareService } from '../bare/workers.ts';
import type { Figure } from '../figure.ts';
import { openStand, type Stand } from '../stand/stand.ts';
import { createTickets, openTradingAccount, runTicket, simulatorLedger } from '../stand/trading-accounts.ts';
import { elapsedMs, percentile } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

const CONCURRENCY = 8;
const TICKETS_PER_BLOCK = 50;
const WARM_UP_TICKETS = 160;
/** Of each kind, in turns; many short ones, since the machine's speed changes from one second to the next. */
const BLOCKS = 12;

type Lane = () => Promise<unknown>;

/**
 * Written tickets from their start to the settled books: a limit order that fills at once, on eight paper accounts and on
 * one account at the TWS simulator, which runs in a process of its own. Beside them, in turns, a bare workflow with as many
 * steps on as many queues and one signal.
 */
export const ticketThroughput: FigureGroup = {
  names: ['tickets-per-second-paper', 'tickets-per-second-tws', 'decision-to-wire-p50', 'decision-to-wire-p99'],

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    let bare: BareService | null = null;
    try {
      await stand.startWorkers();
      const { price } = await stand.service.services.marketData.source('replay').quote('KO', stand.config.replayStart);
      const paperIds = await Promise.all(lanesOf(() => openTradingAccount(stand, 'paper')));
      const twsId = await openTradingAccount(stand, 'ibkr');
      bare = await startBareService(stand, paperIds.map(accountTaskQueue));
      const { client } = bare;

      const paperLanes = paperIds.map((accountId): Lane => {
        const next = createTickets(Number(price));
        return () => runTicket(stand, accountId, next());
      });
      const next = createTickets(Number(price));
      const twsTickets: string[] = [];
      const twsLanes = lanesOf((): Lane => async () => void twsTickets.push(await runTicket(stand, twsId, next())));
      const bareLanes = paperIds.map(
        (accountId): Lane =>
          () =>
            client.workflow.execute('bareOrderTicket', {
              workflowId: randomUUID(),
              taskQueue: WORKFLOW_TASK_QUEUE,
              args: [accountTaskQueue(accountId)],
            }),
      );

      say('warming up');
      for (const lanes of [paperLanes, twsLanes, bareLanes]) await timeOf(lanes, WARM_UP_TICKETS);
      twsTickets.length = 0;
      const spentMs = { paper: 0, tws: 0, bare: 0 };
      for (let block = 1; block <= BLOCKS; block += 1) {
        const paper = await timeOf(paperLanes, TICKETS_PER_BLOCK);
        const tws = await timeOf(twsLanes, TICKETS_PER_BLOCK);
        const bareMs = await timeOf(bareLanes, TICKETS_PER_BLOCK);
        spentMs.paper += paper;
        spentMs.tws += tws;
        spentMs.bare += bareMs;
        const [a, b, c] = [paper, tws, bareMs].map((ms) => perSecond(TICKETS_PER_BLOCK, ms).toFixed(1));
        say(`block ${block} of ${BLOCKS}: paper ${a}, simulator ${b}, bare ${c} tickets a second`);
      }
      const rateOf = (ms: number) => perSecond(BLOCKS * TICKETS_PER_BLOCK, ms);
      const reference = { name: 'bare-workflow', value: rateOf(spentMs.bare) };
      const note = `over ${BLOCKS} interleaved blocks of ${TICKETS_PER_BLOCK}, ${CONCURRENCY} at a time; ratio at least 0.7`;
      const latencies = await decisionToWire(stand, twsTickets);
      return [
        { name: 'tickets-per-second-paper', value: rateOf(spentMs.paper), unit: 'tickets/s', reference, note },
        { name: 'tickets-per-second-tws', value: rateOf(spentMs.tws), unit: 'tickets/s', reference, note },
        latencyFigure('decision-to-wire-p50', latencies, 50),
        latencyFigure('decision-to-wire-p99', latencies, 99),
      ];
    } finally {
      await bare?.stop();
      await stand.close();
    }
  },
};

function lanesOf<T>(make: (lane: number) => T): T[] {
  return Array.from({ length: CONCURRENCY }, (_, lane) => make(lane));
}

async function timeOf(lanes: readonly Lane[], tickets: number): Promise<number> {
  let started = 0;
  const work = async (lane: Lane) => {
    while (started < tickets) {
      started += 1;
      await lane();
    }
  };
  return await elapsedMs(() => Promise.all(lanes.map(work)));
}

function perSecond(tickets: number, tookMs: number): number {
  return (tickets / tookMs) * 1000;
}

/** From the risk gate's committed decision to the simulator's receipt of the order; milliseconds, by one machine's clock. */
async function decisionToWire(stand: Stand, ticketIds: readonly string[]): Promise<number[]> {
  const { orders } = await simulatorLedger(stand);
  const received = new Map(orders.map(({ orderRef, history }) => [orderRef, history[0]?.at]));
  return Promise.all(
    ticketIds.map(async (ticketId) => {
      const orderRef = `${ticketId}/1`;
      const events = await stand.service.services.journal.timeline(orderRef);
      const decided = events.find(({ kind }) => kind === 'gate')?.recordedAt;
      const wire = received.get(orderRef);
      if (!decided || !wire) throw new Error(`order ${orderRef} was not decided or never arrived`);
      return new Date(wire).getTime() - decided.getTime();
    }),
  );
}

function latencyFigure(name: string, latencies: readonly number[], percent: number): Figure {
  const note = `from the gate's decision to the simulator's receipt; ${latencies.length} tickets, ${CONCURRENCY} at a time`;
  return { name, value: percentile(latencies, percent), unit: 'ms', note };
}
