import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, ratioOf } from './figure.ts';
import { apiReads } from './figures/api-reads.ts';
import { cliCommands } from './figures/cli-commands.ts';
import type { FigureGroup } from './figures/group.ts';
import { lineageRead } from './figures/lineage-read.ts';
import { providerJobEvents } from './figures/provider-job-events.ts';
import { researchThroughput } from './figures/research-throughput.ts';
import { stepLatency } from './figures/step-latency.ts';
import { ticketRecovery } from './figures/ticket-recovery.ts';
import { ticketThroughput } from './figures/ticket-throughput.ts';
import { workerMemory } from './figures/worker-memory.ts';
import { quietTemporal } from './stand/quiet-temporal.ts';
import { startServers } from './stand/servers.ts';

const GROUPS: readonly FigureGroup[] = [
  providerJobEvents,
  researchThroughput,
  ticketThroughput,
  ticketRecovery,
  stepLatency,
  lineageRead,
  cliCommands,
  apiReads,
  workerMemory,
];

/**
 * `npm run bench [-- --only NAME] [--json FILE]`: figures on stdout, one a line; what it is doing on stderr. Everything
 * runs on servers of its own, of which nothing is left afterwards.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, json: { type: 'string' } },
  });
  const wanted = values.only ?? GROUPS.flatMap(({ names }) => names);
  const unknown = wanted.filter((name) => !GROUPS.some(({ names }) => names.includes(name)));
  if (unknown.length > 0) {
    const known = GROUPS.flatMap(({ names }) => names).join('\n  ');
    throw new Error(`there is no figure ${unknown.join(', ')}; there are\n  ${known}`);
  }
  quietTemporal();
  const say = (line: string) => void process.stderr.write(`# ${line}\n`);
  const began = load();
  say(`${cpus().length} cores, load ${began.join(' ')}`);
  const figures: Figure[] = [];
  const servers = await startServers(say);
  // The other child processes end with this one, by their watchdogs.
  const interrupted = () => {
    isInterrupted = true;
    void servers.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    for (const group of GROUPS.filter(({ names }) => names.some((name) => wanted.includes(name)))) {
      for (const figure of await group.measure(servers, say)) {
        if (!wanted.includes(figure.name)) continue;
        figures.push(figure);
        process.stdout.write(`${lineOf(figure)}\n`);
      }
    }
  } finally {
    await servers.stop();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
  const ended = load();
  say(`load ${ended.join(' ')}`);
  if (values.json === undefined) return;
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  const document = {
    machine,
    load: { began, ended },
    figures: figures.map((one) => ({ ...one, ratio: ratioOf(one) })),
  };
  await writeFile(values.json, `${JSON.stringify(document, null, 2)}\n`);
}

function lineOf(figure: Figure): string {
  const { name, value, unit, reference, note } = figure;
  const ratio = ratioOf(figure);
  const against = reference
    ? `  ${reference.name} ${rounded(reference.value)} ${unit}  ratio ${ratio?.toFixed(2)}`
    : '';
  return `${name} ${rounded(value)} ${unit}${against}  (${note})`;
}

/** Three digits say all that such measurements know. */
function rounded(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}

/** Processes that want to run, over the last 1, 5 and 15 minutes. */
function load(): string[] {
  return loadavg().map((one) => one.toFixed(2));
}

let isInterrupted = false;
await main().catch((error: unknown) => {
  // What fails because its servers were stopped is no news.
  if (isInterrupted) return;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
