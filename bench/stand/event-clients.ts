import { Agent, get, type IncomingMessage } from 'node:http';

/** Programs that listen to `/events`, each over a connection of its own. */
export interface EventClients {
  /** When each of them heard the next event of this kind, on `performance`'s clock. */
  untilAllHear(event: string): Promise<readonly number[]>;
  close(): void;
}

export async function listenToEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
  count: number,
): Promise<EventClients> {
  const agent = new Agent({ maxSockets: count });
  const streams = await Promise.all(Array.from({ length: count }, () => open(url, headers, agent)));
  return {
    untilAllHear: (event) => Promise.all(streams.map((stream) => heardNext(stream, event))),
    close() {
      for (const stream of streams) stream.destroy();
      agent.destroy();
    },
  };
}

function open(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<IncomingMessage> {
  return new Promise((opened, fail) => {
    const request = get(url, { agent, headers: { ...headers, accept: 'text/event-stream' } }, (answer) => {
      answer.setEncoding('utf8');
      answer.on('error', () => undefined);
      if (answer.statusCode !== 200) return fail(new Error(`${url}: ${answer.statusCode}`));
      // The first event says that those after it come.
      answer.once('data', () => opened(answer));
    });
    request.once('error', fail);
  });
}

function heardNext(stream: IncomingMessage, event: string): Promise<number> {
  return new Promise((heard) => {
    const listen = (text: string) => {
      if (!text.includes(`event: ${event}\n`)) return;
      stream.off('data', listen);
      heard(performance.now());
    };
    stream.on('data', listen);
  });
}
