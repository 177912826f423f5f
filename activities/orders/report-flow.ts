import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { OrderJournal } from '../../src/ports/order-journal.ts';

export interface ReportFlow {
  /** Journals a report; its ticket is told after that. */
  take(report: BrokerReport): Promise<void>;
  /** Tells what was journaled and never told, such as what a killed process left. Ends when nothing is left, or fails. */
  tellAll(): Promise<void>;
}

/**
 * From the broker to the tickets: first journaled, then told. What cannot be told now stays in the journal as untold, so
 * that a crash in between, or a Temporal that does not answer, delays the news and never loses it.
 */
export function createReportFlow(
  accountId: string,
  ports: {
    readonly journal: Pick<OrderJournal, 'record' | 'untold' | 'markTold'>;
    readonly clock: Clock;
    /** False where the ticket has ended. */
    tellTicket(ticketId: string, news: OrderNews): Promise<boolean>;
    onFailure(error: unknown): void;
    /** For how long further reports are waited for before the tickets are told. */
    pause(): Promise<void>;
  },
): ReportFlow {
  const { journal, clock } = ports;
  let telling: Promise<void> | null = null;
  let isAskedAgain = false;

  const round = async () => {
    do {
      // What a broker tells of one order in one breath is told in one signal.
      await ports.pause();
      isAskedAgain = false;
      const untold = await journal.untold(accountId);
      for (const { ticketId, news } of untold) await ports.tellTicket(ticketId, news);
      if (untold.length > 0) await journal.markTold(untold.map(({ news }) => news.eventId));
    } while (isAskedAgain);
  };
  // One teller at a time: two would tell everything twice.
  const tellAll = (): Promise<void> => {
    isAskedAgain = true;
    telling ??= round().finally(() => {
      telling = null;
    });
    return telling;
  };

  return {
    async take(report) {
      const recorded = await journal.record(accountId, report, clock.now());
      if (recorded.kind === 'recorded' && recorded.news !== null) tellAll().catch(ports.onFailure);
    },
    tellAll,
  };
}
