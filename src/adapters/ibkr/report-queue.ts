import type { BrokerReport } from '../../ports/broker-session.ts';
import { messageOf } from './failures.ts';
import type { IbkrLog } from './log.ts';

export interface ReportQueue {
  /** Hands a report to those who wait for it at once, and to the listeners after the reports before it. */
  publish(report: BrokerReport): void;
  /** Hears every report as it comes, until the returned function is called. */
  tap(listener: (report: BrokerReport) => void): () => void;
  onReport(listener: (report: BrokerReport) => Promise<void>): void;
  /** When everything published so far was handled. */
  drained(): Promise<void>;
}

/** Reports in the order in which they came, one at a time: a listener writes each down before it sees the next. */
export function createReportQueue(log: IbkrLog): ReportQueue {
  const taps = new Set<(report: BrokerReport) => void>();
  const listeners: ((report: BrokerReport) => Promise<void>)[] = [];
  let tail = Promise.resolve();

  const deliver = async (report: BrokerReport) => {
    for (const listener of listeners) {
      try {
        await listener(report);
      } catch (error) {
        // The next statement brings it again; the reports behind it must not wait for that.
        log.error({ key: report.key, error: messageOf(error) }, 'a report of the broker could not be journaled');
      }
    }
  };

  return {
    publish(report) {
      for (const tap of [...taps]) tap(report);
      tail = tail.then(() => deliver(report));
    },
    tap(listener) {
      taps.add(listener);
      return () => void taps.delete(listener);
    },
    onReport: (listener) => void listeners.push(listener),
    drained: () => tail,
  };
}
