import type { OrderNews } from '../../src/domain/orders/order-news.ts';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import type { OrderJournal } from '../../src/ports/order-journal.ts';
import type { RecordReports } from './report-recorder.ts';

export interface ReportFlow {
  /** Journals reports; their tickets are told after that. */
  take(reports: readonly BrokerReport[]): Promise<void>;
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
    readonly journal: Pick<OrderJournal, 'untold' | 'markTold'>;
    readonly recordReports: RecordReports;
    /** False where the ticket has ended. */
    tellTicket(ticketId: string, news: OrderNews): Promise<boolean>;
    onFailure(error: unknown): void;
    /** For how long further reports are waited for before the tickets are told. */
    pause(): Promise<void>;
  },
): ReportFlow {
  const { journal, recordReports } = ports;
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
    async take(reports) {
      const recorded = await recordReports(reports);
      const hasNews = recorded.some((one) => one.kind === 'recorded' && one.news !== null);
      if (hasNews) tellAll().catch(ports.onFailure);
    },
    tellAll,
  };
}
