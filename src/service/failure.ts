import { ERRORS, type ErrorCode } from '../contracts/errors.ts';

/** An error as the CLI and the API show it. */
export interface CliFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: unknown;
}

interface ErrorLike {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly cause?: unknown;
  readonly details?: unknown;
  readonly errors?: unknown;
}

/** Temporal's and the network's own errors, by their names and codes; importing their classes would cost start-up time. */
const GRPC_UNREACHABLE = [4, 14];
const DATABASE_GONE = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|57P0[1-3]|08\d{3}|53300)$/;
const MAX_CAUSES = 10;

/** Finds code and message under the wrappers that Temporal, commander and drivers put around them; INTERNAL if none is known. */
export function describeFailure(error: unknown): CliFailure {
  const chain = causesOf(error);
  for (const one of chain) {
    const code = foliosCodeOf(one);
    if (code) return { code, message: String(one.message ?? ''), details: one.details ?? {} };
  }
  for (const one of chain) {
    const known = knownFailure(one);
    if (known) return { ...known, details: {} };
  }
  const message = error instanceof Error || typeof chain[0]?.message === 'string' ? chain[0]?.message : String(error);
  return { code: 'INTERNAL', message: String(message || 'an error without a message'), details: {} };
}

/** A folios code, as FoliosError carries it, or as the type of a Temporal application failure. */
function foliosCodeOf(error: ErrorLike): ErrorCode | null {
  for (const candidate of [error.code, error.type]) {
    if (typeof candidate === 'string' && Object.hasOwn(ERRORS, candidate)) return candidate as ErrorCode;
  }
  return null;
}

function knownFailure(error: ErrorLike): { code: ErrorCode; message: string } | null {
  const message = String(error.message ?? '');
  if (error.name === 'CommanderError' || String(error.code).startsWith('commander.')) {
    return { code: 'INPUT_INVALID', message: message.replace(/^error: /, '') };
  }
  if (error.name === 'WorkflowNotFoundError') {
    return { code: 'TASK_STATE_CONFLICT', message: 'the workflow has ended or was never started' };
  }
  if (error.name === 'CancelledFailure' || error.name === 'TerminatedFailure') {
    return { code: 'JOB_CANCELLED', message: `the workflow was cancelled or terminated: ${message}` };
  }
  if (error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError') {
    return { code: 'TEMPORAL_UNREACHABLE', message: 'Temporal did not answer in time; the step may still take effect' };
  }
  if (typeof error.code === 'number' && GRPC_UNREACHABLE.includes(error.code)) {
    const remedy = 'start folios with `npm start`, or check TEMPORAL_ADDRESS';
    return { code: 'TEMPORAL_UNREACHABLE', message: `Temporal does not answer (${message}); ${remedy}` };
  }
  if (typeof error.code === 'string' && DATABASE_GONE.test(error.code)) {
    return { code: 'DATABASE_UNREACHABLE', message: `PostgreSQL does not answer: ${message || error.code}` };
  }
  return null;
}

function causesOf(error: unknown): ErrorLike[] {
  const chain: ErrorLike[] = [];
  let current = error;
  while (typeof current === 'object' && current !== null && chain.length < MAX_CAUSES) {
    chain.push(current);
    const { cause, errors } = current as ErrorLike;
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return chain;
}
