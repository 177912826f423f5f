import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpReceiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** How the next requests are answered: a status, or not at all. */
  answer: { status: number; headers?: Record<string, string>; body?: string } | 'silence' | 'reset';
  close(): Promise<void>;
}

/** A real HTTP server that keeps what it is sent. */
export async function startHttpReceiver(port = 0): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const receiver = { requests, answer: { status: 200 } as HttpReceiver['answer'] };
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      const { answer } = receiver;
      if (answer === 'silence') return;
      if (answer === 'reset') return request.socket.destroy();
      response.writeHead(answer.status, answer.headers).end(answer.body ?? 'ok');
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
}

export interface MailReceiver {
  readonly port: number;
  readonly mails: { readonly from: string; readonly to: readonly string[]; readonly data: string }[];
  /** Every line that clients said, credentials included. */
  readonly said: string[];
  /** The answer to the credentials, or to the mail. */
  refuse: { login?: string; mail?: string };
  close(): Promise<void>;
}

/** A real SMTP server, small: EHLO, AUTH PLAIN, MAIL, RCPT, DATA, RSET, QUIT. */
export async function startMailReceiver(): Promise<MailReceiver> {
  const mails: MailReceiver['mails'] = [];
  const said: string[] = [];
  const receiver: Pick<MailReceiver, 'refuse'> = { refuse: {} };
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    const session = createSession({
      write: (line) => void socket.write(`${line}\r\n`),
      refuse: () => receiver.refuse,
      keep: (mail) => mails.push(mail),
      end: () => socket.end(),
    });
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        said.push(line);
        session(line);
      }
    });
    socket.write('220 mail.test ESMTP\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(receiver, {
    ...{ mails, said, port: (server.address() as AddressInfo).port },
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
}

function createSession(desk: {
  write(line: string): void;
  refuse(): MailReceiver['refuse'];
  keep(mail: MailReceiver['mails'][number]): void;
  end(): void;
}): (line: string) => void {
  let [from, to, data]: [string, string[], string[] | null] = ['', [], null];
  const addressIn = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? '';
  return (line) => {
    if (data !== null) {
      if (line !== '.') return void data.push(line);
      desk.keep({ from, to, data: data.join('\n') });
      [from, to, data] = ['', [], null];
      return desk.write('250 kept');
    }
    const verb = line.split(' ')[0]?.toUpperCase();
    const { login, mail } = desk.refuse();
    if (verb === 'EHLO') return desk.write('250-mail.test\r\n250 AUTH PLAIN');
    if (verb === 'AUTH') return desk.write(login ?? '235 welcome');
    if (verb === 'QUIT') {
      desk.write('221 bye');
      return desk.end();
    }
    if (verb === 'MAIL') from = addressIn(line);
    if (verb === 'RCPT') to.push(addressIn(line));
    if (verb === 'DATA') {
      if (mail !== undefined) return desk.write(mail);
      data = [];
      return desk.write('354 go on');
    }
    desk.write('250 ok');
  };
}
