import { Agent, get } from 'node:http';

/** How a server answered one address under load. */
export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

/** Asks for one address again and again over `lanes` connections for `durationMs`. Every answer must be a 200. */
export async function load(
  url: string,
  headers: Readonly<Record<string, string>>,
  { lanes, durationMs }: { readonly lanes: number; readonly durationMs: number },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const latencies: number[] = [];
  const began = performance.now();
  const lane = async () => {
    while (performance.now() - began < durationMs) {
      const at = performance.now();
      await ask(url, headers, agent);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return { requestsPerSecond: latencies.length / seconds, latencies };
}

function ask(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
  return new Promise((done, fail) => {
    const request = get(url, { agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => (answer.statusCode === 200 ? done() : fail(new Error(`${url}: ${answer.statusCode}`))));
      answer.once('error', fail);
    });
    request.once('error', fail);
  });
}
