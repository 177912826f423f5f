import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskState } from '../../src/domain/research/task-state.ts';
import type { Figure } from '../figure.ts';
import { environmentOf } from '../stand/child.ts';
import { openStand, ROOT, type Stand } from '../stand/stand.ts';
import { saveStrategies } from '../stand/strategies.ts';
import { median } from '../statistics.ts';
import type { FigureGroup } from './group.ts';

const ROUNDS = 5;
/** Longest time of a command, in milliseconds; harvest has none. */
const LIMITS = { plan: 1_000, enqueue: 1_000, submit: 5_000, poll: 1_000, harvest: null, execute: 10_000 } as const;
type Command = keyof typeof LIMITS;
const COMMANDS = Object.keys(LIMITS) as Command[];

/**
 * The command line as a person uses it, a process for each command, on a strategy with three held batch providers. The
 * time is the command's own (`--timing`): from the start of its process to its last line.
 */
export const cliCommands: FigureGroup = {
  names: COMMANDS.map((command) => `${command}-cli`),

  async measure(servers, say) {
    const stand = await openStand(servers, 0);
    try {
      await stand.startWorkers();
      const strategyIds = await saveStrategies(stand, ROUNDS + 1);
      const took = new Map<Command, number[]>(COMMANDS.map((command) => [command, []]));
      say(`${ROUNDS} held runs of three providers from the command line`);
      for (const [round, strategyId] of strategyIds.entries()) {
        for (const command of COMMANDS) {
          const milliseconds = await runCommand(stand, argumentsOf(command, strategyId));
          // The first round loads code and prices into caches, as the first use of the day does.
          if (round > 0) took.get(command)?.push(milliseconds);
          if (command === 'enqueue') await untilHeld(stand, strategyId);
        }
      }
      return COMMANDS.map((command) => figureOf(command, took.get(command) ?? []));
    } finally {
      await stand.close();
    }
  },
};

function figureOf(command: Command, took: readonly number[]): Figure {
  const limit = LIMITS[command];
  return {
    name: `${command}-cli`,
    value: median(took),
    unit: 'ms',
    note: `longest ${Math.max(...took).toFixed(0)} of ${took.length}${limit === null ? '' : `, limit ${limit}`}`,
  };
}

function argumentsOf(command: Command, strategyId: string): string[] {
  if (command === 'enqueue') return ['enqueue', '--strategy', strategyId, '--hold'];
  if (command === 'execute') return ['execute', '--ready', '--balance', '100000'];
  return [command];
}

/** The milliseconds that the command itself has measured. Throws with its output if it fails. */
async function runCommand(stand: Stand, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(ROOT, 'src/main/cli.ts'), ...args, '--timing'], {
    env: environmentOf(stand.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const elapsed = /^elapsed (\d+) ms$/m.exec(output)?.[1];
  if (code !== 0 || elapsed === undefined) throw new Error(`folios ${args.join(' ')} ended with ${code}:\n${output}`);
  return Number(elapsed);
}

/** A person is not as fast as this: the jobs have long loaded their tasks when he types the next command. */
async function untilHeld({ service, folios }: Stand, strategyId: string): Promise<void> {
  const tasks = await service.services.research.listTasks({ strategyId, states: [TaskState.pending] });
  for (const { taskId } of tasks) {
    const handle = folios.providerJob(taskId);
    while ((await handle.query<{ step: string }>('job')).step !== 'held: waiting for `submit`') await sleep(20);
  }
}
