import { ScheduleNotFoundError } from '@temporalio/client';
import { FoliosError } from '../../contracts/errors.ts';

const INVALID_ARGUMENT = 3;
const UNREACHABLE_CODES: readonly unknown[] = [4, 14];

/** The methods with Temporal's own errors as ours: SCHEDULE_NOT_FOUND, INPUT_INVALID, TEMPORAL_UNREACHABLE. */
export function translatingScheduleErrors<Port extends object>(port: Port): Port {
  const wrapped = Object.entries(port).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      try {
        const result: unknown = (method as (...given: unknown[]) => unknown)(...args);
        return result instanceof Promise ? result.catch((error: unknown) => Promise.reject(translated(error))) : result;
      } catch (error) {
        throw translated(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Port;
}

function translated(error: unknown): unknown {
  if (error instanceof ScheduleNotFoundError) {
    return new FoliosError('SCHEDULE_NOT_FOUND', `Temporal has no schedule ${error.scheduleId}`, {}, { cause: error });
  }
  const grpc = grpcErrorIn(error);
  if (grpc?.code === INVALID_ARGUMENT) {
    return new FoliosError('INPUT_INVALID', `Temporal refuses the schedule: ${grpc.details}`, {}, { cause: error });
  }
  if (UNREACHABLE_CODES.includes(grpc?.code)) {
    return new FoliosError('TEMPORAL_UNREACHABLE', `Temporal does not answer: ${grpc?.details}`, {}, { cause: error });
  }
  return error;
}

/** The SDK wraps gRPC's error where it adds a sentence of its own. */
function grpcErrorIn(error: unknown): { readonly code: number; readonly details: string } | null {
  for (let one = error; typeof one === 'object' && one !== null; one = (one as { cause?: unknown }).cause) {
    const { code, details } = one as { code?: unknown; details?: unknown };
    if (typeof code === 'number' && typeof details === 'string') return { code, details };
  }
  return null;
}
