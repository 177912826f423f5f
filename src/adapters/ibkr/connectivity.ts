import { EventName } from '@stoqey/ib';
import type { Connection } from './connection.ts';
import { saysBrokerBack, saysBrokerLost } from './error-codes.ts';
import { messageOf } from './failures.ts';
import type { IbkrLog } from './log.ts';

/**
 * Follows what the gateway says of its own connection to the broker. What happened while it was without is not told again
 * by itself, so `readAgain` asks for it before the broker counts as reachable; where that fails the connection is closed.
 */
export function followConnectivity(
  connection: Connection,
  log: IbkrLog,
  on: {
    readonly lost: () => void;
    readonly readAgain: () => Promise<void>;
    readonly back: () => void;
  },
): void {
  // Counts the losses: a broker that is lost again while we read is not back when the reading ends.
  let losses = 0;
  let isLost = connection.isBrokerLost;
  if (isLost) on.lost();
  const comeBack = async () => {
    const before = losses;
    try {
      await on.readAgain();
      if (losses !== before || !connection.isOpen) return;
      isLost = false;
      on.back();
    } catch (error) {
      if (losses === before)
        connection.close(new Error(`no statement after the broker came back: ${messageOf(error)}`));
    }
  };
  connection.listen(EventName.info, (message: string, code: number) => {
    log.info({ code }, `the gateway says: ${message}`);
    if (saysBrokerLost(code)) {
      losses += 1;
      isLost = true;
      on.lost();
    } else if (saysBrokerBack(code) && isLost) void comeBack();
  });
}
