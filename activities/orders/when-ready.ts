import { FoliosError } from '../../src/contracts/errors.ts';
import type { BrokerSession } from '../../src/ports/broker-session.ts';

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 20_000;

/** Waits for a session that is connecting. BROKER_NOT_READY where it takes longer than an activity should wait. */
export async function whenReady(session: BrokerSession): Promise<void> {
  for (let waitedMs = 0; session.state !== 'ready'; waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= PATIENCE_MS || session.state === 'closed') {
      throw new FoliosError('BROKER_NOT_READY', `the broker session is ${session.state}; nothing was sent`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
