import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerReport } from '../../src/ports/broker-session.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { OrderJournal, RecordedReport } from '../../src/ports/order-journal.ts';

/** Journals reports in their order and answers for each when it is committed. */
export type RecordReports = (reports: readonly BrokerReport[]) => Promise<readonly RecordedReport[]>;

/** A broker tells of a fill in several messages, one right after the other. */
const BREATH_MS = 4;

interface Waiting {
  readonly report: BrokerReport;
  readonly done: PromiseWithResolvers<RecordedReport>;
}

/**
 * The one way from an account's broker into the journal. A report comes to it twice, from the session that heard it and
 * from whoever asked for it: it is written once, and both get its answer. What comes in one breath, or during a
 * write, is written together.
 */
export function createReportRecorder(
  accountId: string,
  { journal, clock }: { readonly journal: Pick<OrderJournal, 'record'>; readonly clock: Clock },
): RecordReports {
  const known = new WeakMap<BrokerReport, Promise<RecordedReport>>();
  let waiting: Waiting[] = [];
  let isWriting = false;

  const write = async (batch: readonly Waiting[]) => {
    const reports = batch.map(({ report }) => report);
    try {
      const recorded = await journal.record(accountId, reports, clock.now());
      for (const [index, { done }] of batch.entries()) done.resolve(recorded[index] ?? { kind: 'repeated' });
    } catch (error) {
      for (const { report, done } of batch) {
        // Whoever tells of it again may have more luck.
        known.delete(report);
        done.reject(error);
      }
    }
  };
  const writeAll = async () => {
    isWriting = true;
    await delay(BREATH_MS);
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await write(batch);
    }
    isWriting = false;
  };

  return async (reports) => {
    const answers = reports.map((report) => {
      const answer = known.get(report);
      if (answer) return answer;
      const done = Promise.withResolvers<RecordedReport>();
      known.set(report, done.promise);
      waiting.push({ report, done });
      return done.promise;
    });
    if (!isWriting) void writeAll();
    return Promise.all(answers);
  };
}
