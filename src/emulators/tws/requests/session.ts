import { type Handler, type Request, skipVersion } from './request.ts';

const FARMS: readonly (readonly [number, string])[] = [
  [2104, 'Market data farm connection is OK:usfarm'],
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
];
const MOST_CLIENTS = 32;

/** Message 71, the first one: error 326 for a client id that is in use, else accounts, the next order id and the notices. */
export function startApi({ desk, connection, reader }: Omit<Request, 'clientId'>): void {
  skipVersion(reader);
  const clientId = reader.int();
  const others = [...desk.connections].filter((one) => one !== connection && one.clientId !== null && !one.isClosed);
  if (others.some((one) => one.clientId === clientId)) {
    connection.error(-1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.');
    connection.end();
    return;
  }
  if (others.length >= MOST_CLIENTS) {
    connection.end();
    return;
  }
  connection.clientId = clientId;
  connection.send(['15', '1', accountsText([...desk.store.accounts.keys()])]);
  connection.send(['9', '1', String(desk.store.counters.nextOrderId)]);
  for (const [code, text] of FARMS) connection.error(-1, code, text);
  if (desk.isCutOff) connection.error(-1, 1100, 'Connectivity between IBKR and Trader Workstation has been lost.');
}

/** TWS ends a list of several accounts with a comma. */
function accountsText(accounts: readonly string[]): string {
  return accounts.length === 1 ? accounts.join('') : `${accounts.join(',')},`;
}

/** Message 8. */
export const nextIds: Handler = ({ desk, connection }) => {
  connection.send(['9', '1', String(desk.store.counters.nextOrderId)]);
};

/** Message 17. */
export const managedAccounts: Handler = ({ desk, connection }) => {
  connection.send(['15', '1', accountsText([...desk.store.accounts.keys()])]);
};

/** Message 49. */
export const currentTime: Handler = ({ desk, connection }) => {
  connection.send(['49', '1', String(Math.floor(desk.options.clock().getTime() / 1000))]);
};

/** Message 14 and cancels of what was answered at once: there is nothing to do. */
export const ignored: Handler = () => undefined;
