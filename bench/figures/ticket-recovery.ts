import { randomUUID } from 'node:crypto';
import type { Figure } from '../figure.ts';
import { openStand } from '../stand/stand.ts';
import { createTickets, openTradingAccount, runTicket } from '../stand/trading-accounts.ts';
import { startWorkerProcess } from '../stand/worker-process.ts';
import { elapsedMs, median } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

const ROUNDS = 5;

/**
 * How long an account stands still when the worker that owns its broker session is killed: two workers run, the owner gets
 * SIGKILL right after a ticket was started, and the ticket must settle through the other.
 */
export const ticketRecovery: FigureGroup = {
  names: ['ticket-recovery-p50'],

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    let owner = await startWorkerProcess(stand);
    let standby = owner;
    try {
      const { price } = await stand.service.services.marketData.source('replay').quote('KO', stand.config.replayStart);
      const accountId = await openTradingAccount(stand, 'ibkr');
      const next = createTickets(Number(price));
      await runTicket(stand, accountId, next());
      const took: number[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        standby = await startWorkerProcess(stand);
        // Two whole tickets: the other worker is at work by then, and the caches of both are warm.
        await runTicket(stand, accountId, next());
        await runTicket(stand, accountId, next());
        const handle = await stand.folios.startTicket({ ticketId: randomUUID(), accountId, ticket: next() });
        const recovery = await elapsedMs(async () => {
          owner.kill();
          await handle.result();
        });
        took.push(recovery);
        say(`round ${round} of ${ROUNDS}: ${(recovery / 1000).toFixed(1)} s from the kill to the settled ticket`);
        await owner.stop();
        owner = standby;
      }
      return [recoveryFigure(took)];
    } finally {
      await owner.stop();
      if (standby !== owner) await standby.stop();
      await stand.close();
    }
  },
};

function recoveryFigure(took: readonly number[]): Figure {
  return {
    name: 'ticket-recovery-p50',
    value: median(took),
    unit: 'ms',
    note: `longest ${Math.round(Math.max(...took))} of ${ROUNDS}; from SIGKILL of the session's owner to a settled ticket`,
  };
}
