import { createServer, type Server, type Socket } from 'node:net';
import { INCOMING } from '../control/faults.ts';
import { HANDLERS } from '../requests/registry.ts';
import { startApi } from '../requests/session.ts';
import { FieldReader } from '../wire/field-reader.ts';
import { readPlaceOrder } from '../wire/place-order.ts';
import { Connection } from './connection.ts';
import type { Desk } from './desk.ts';
import { pushChanges } from './pushes.ts';

const START_API = '71';

/** The socket server of the TWS wire over a desk; not listening yet. */
export function createTwsServer(desk: Desk, log: (line: string) => void): Server {
  desk.onMoved = (executions) => pushChanges(desk, executions);
  const onMessage = (connection: Connection, fields: readonly string[]): Promise<void> =>
    dispatch(desk, connection, fields, log);
  return createServer((socket: Socket) => {
    desk.connections.add(
      new Connection({
        socket,
        faults: desk.faults,
        clock: desk.options.clock,
        onMessage,
        onClose: (connection) => void desk.connections.delete(connection),
      }),
    );
  });
}

/** One message of a client with the fault that waits for it, if any. */
async function dispatch(
  desk: Desk,
  connection: Connection,
  fields: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const kind = desk.faults.list().length === 0 ? (fields[0] ?? '') : faultKindOf(fields, connection.version);
  const clientId = connection.clientId ?? Number(kind === START_API ? fields[2] : -1);
  const fault = desk.faults.take(
    ['disconnect_before', 'disconnect_after', 'half_open', 'slow_ack', 'pacing_violation'],
    kind,
    clientId,
    fields,
  );
  if (fault?.fault === 'disconnect_before') return connection.breakOff();
  if (fault?.fault === 'pacing_violation') {
    connection.error(-1, 100, 'Max rate of messages per second has been exceeded');
    return connection.end();
  }
  if (fault?.fault === 'half_open' && fault.when === 'before') {
    connection.isSilent = true;
    return;
  }
  connection.isMuted = fault?.fault === 'disconnect_after' || fault?.fault === 'half_open';
  connection.answerDelayMs = fault?.fault === 'slow_ack' ? fault.delayMs : 0;
  await handle(desk, connection, fields, log);
  connection.answerDelayMs = 0;
  if (fault?.fault === 'disconnect_after') connection.breakOff();
  if (fault?.fault === 'half_open') connection.isSilent = true;
}

/** A what-if comes as a place order, and a fault that waits for an order must not be spent on it. */
function faultKindOf([kind = '', orderId, ...fields]: readonly string[], version: number): string {
  if (kind !== INCOMING.placeOrder) return kind;
  try {
    return readPlaceOrder(new FieldReader(fields), Number(orderId), version).fields.whatIf === '1'
      ? INCOMING.whatIf
      : kind;
  } catch {
    return kind;
  }
}

async function handle(
  desk: Desk,
  connection: Connection,
  fields: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const [kind = '', ...rest] = fields;
  const reader = new FieldReader(rest);
  const { clientId } = connection;
  try {
    if (clientId === null) {
      // Nothing but START_API is taken from a client that has no id yet.
      if (kind === START_API) startApi({ desk, connection, reader });
      return;
    }
    const handler = HANDLERS[kind];
    if (handler === undefined)
      connection.error(-1, 321, `Error validating request.-'bI' : cause - request ${kind} is not simulated`);
    else await handler({ desk, connection, clientId, reader });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`TWS simulator: message ${kind} of client ${clientId}: ${reason}`);
    connection.error(-1, 320, `Server error when reading an API client request: ${reason}`);
  }
}
