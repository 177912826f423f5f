import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ProviderName } from '../../domain/research/provider.ts';
import type { Answerer } from '../answers/answerer.ts';
import { CallLog } from '../control/call-log.ts';
import { FaultBoard, type FaultOperation, type TransportFault } from '../control/faults.ts';
import type { HttpCall } from '../control/state.ts';
import { EmulatorStore } from './store.ts';
import type { VendorVoice } from './vendor-refusal.ts';

export type ProviderApp = FastifyInstance;

const DEFAULT_LATENCY_MS = 3000;
const DEFAULT_SLOW_MS = 5000;

/** What the emulators have in common: state, faults, latency, the log of calls and the answers. */
export interface Engine {
  readonly provider: ProviderName;
  readonly seed: string;
  readonly store: EmulatorStore;
  readonly faults: FaultBoard;
  readonly log: CallLog;
  readonly answerer: Answerer;
  readonly latency: { batchMs: number; directMs: number };
  now(): number;
  /** A fresh id: `prefix` and 24 hexadecimal digits. */
  newId(prefix: string): string;
  /** Waits, or returns at once when the emulator stops. */
  pause(delayMs: number): Promise<void>;
  /** The log entry of a request, made by the app's first hook. */
  entryOf(request: FastifyRequest): HttpCall | undefined;
  startEntry(request: FastifyRequest): void;
  stop(): void;
}

/** One emulator's engine. With `stateDir` its batches and files live in `<stateDir>/<provider>`. */
export function createEngine(
  provider: ProviderName,
  options: { seed: string; latencyMs?: number; directLatencyMs?: number; stateDir?: string },
  answerer: Answerer,
): Engine {
  const stopping = new AbortController();
  const entries = new WeakMap<FastifyRequest, HttpCall>();
  const log = new CallLog();
  return {
    provider,
    seed: options.seed,
    store: new EmulatorStore(options.stateDir === undefined ? null : join(options.stateDir, provider)),
    faults: new FaultBoard(),
    log,
    answerer,
    latency: { batchMs: options.latencyMs ?? DEFAULT_LATENCY_MS, directMs: options.directLatencyMs ?? 0 },
    now: () => Date.now(),
    newId: (prefix) => `${prefix}${randomBytes(12).toString('hex')}`,
    pause: async (delayMs) => {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    },
    entryOf: (request) => entries.get(request),
    startEntry: (request) => {
      const entry: HttpCall = {
        at: new Date().toISOString(),
        method: request.method,
        path: request.url,
        operation: null,
        fault: null,
        status: 0,
      };
      entries.set(request, entry);
      log.addHttp(entry);
    },
    stop: () => stopping.abort(),
  };
}

/** A call as a handler sees it, and what a fault may be matched against. */
export interface GuardedCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly operation: FaultOperation;
  /** The request body as text; the URL of a call without one. */
  readonly content: string;
}

/**
 * Runs the effect of a call unless an armed fault stops it: refusals and `reset_before` come before the effect;
 * `reset_after` destroys the connection, and `500_after` answers 500, when the effect has been taken, which is the case
 * clients cannot tell apart.
 */
export async function guard(
  engine: Engine,
  voice: VendorVoice,
  call: GuardedCall,
  effect: () => Promise<unknown>,
): Promise<unknown> {
  engine.log.count(call.operation);
  const entry = engine.entryOf(call.request);
  if (entry !== undefined) entry.operation = call.operation;
  const fault = engine.faults.takeTransport(call.operation, call.content);
  if (fault === null) return effect();
  if (entry !== undefined) entry.fault = fault.fault;
  return hit(engine, voice, call, fault, effect);
}

async function hit(
  engine: Engine,
  voice: VendorVoice,
  call: GuardedCall,
  fault: TransportFault,
  effect: () => Promise<unknown>,
): Promise<unknown> {
  switch (fault.fault) {
    case '429':
      throw voice.rateLimited(fault.retryAfterSeconds ?? null);
    case '500':
      throw voice.internal();
    case '500_after':
      await effect();
      throw voice.internal();
    case '529':
      throw voice.overloaded();
    case 'reset_before':
      return destroyConnection(call);
    case 'reset_after':
      await effect();
      return destroyConnection(call);
    case 'slow':
      await engine.pause(fault.delayMs ?? DEFAULT_SLOW_MS);
      return effect();
  }
}

function destroyConnection(call: GuardedCall): FastifyReply {
  call.reply.hijack();
  call.request.raw.socket.resetAndDestroy();
  return call.reply;
}
