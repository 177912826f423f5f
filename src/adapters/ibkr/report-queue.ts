import type { BrokerReport } from '../../ports/broker-session.ts';
import { messageOf } from './failures.ts';
import type { IbkrLog } from './log.ts';

type Listener = (reports: readonly BrokerReport[]) => Promise<void>;

export interface ReportQueue {
  /** Hands a report to those who wait for it at once, and to the listeners after the reports before it. */
  publish(report: BrokerReport): void;
  /** Hears every report as it comes, until the returned function is called. */
  tap(listener: (report: BrokerReport) => void): () => void;
  onReports(listener: Listener): void;
  /** When everything published so far was handled. */
  drained(): Promise<void>;
}

/**
 * Reports in the order in which they came. A listener writes down what it has before it sees more; what came meanwhile
 * comes to it together.
 */
export function createReportQueue(log: IbkrLog): ReportQueue {
  const taps = new Set<(report: BrokerReport) => void>();
  const listeners: Listener[] = [];
  let waiting: BrokerReport[] = [];
  let tail = Promise.resolve();

  const deliver = async () => {
    const reports = waiting;
    waiting = [];
    if (reports.length === 0) return;
    for (const listener of listeners) {
      try {
        await listener(reports);
      } catch (error) {
        // The next statement brings them again; the reports behind them must not wait for that.
        const keys = reports.map(({ key }) => key);
        log.error({ keys, error: messageOf(error) }, 'reports of the broker could not be journaled');
      }
    }
  };

  return {
    publish(report) {
      for (const tap of [...taps]) tap(report);
      waiting.push(report);
      tail = tail.then(deliver);
    },
    tap(listener) {
      taps.add(listener);
      return () => void taps.delete(listener);
    },
    onReports: (listener) => void listeners.push(listener),
    drained: () => tail,
  };
}
