import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ERRORS, type ErrorCode, FoliosError } from '../../contracts/errors.ts';
import type { Problem } from '../../contracts/schemas/api/problem.ts';
import { describeFailure } from '../../service/failure.ts';
import type { ApiApp } from '../api-app.ts';
import { PROBLEM_STATUS } from '../problem-status.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const MAX_DETAIL_LENGTH = 4000;
const MAX_FIELD_ERRORS = 100;
/** An input that does not fit its schema, or is no HTTP; what fits and still cannot be has its code’s own status. */
const MISFIT = 400;

/** What Fastify itself refuses, by its code; the rest of its 4xx is INPUT_INVALID. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_NOT_FOUND: 'RESOURCE_NOT_FOUND',
  FST_ERR_MAX_PARAM_LENGTH: 'RESOURCE_NOT_FOUND',
};

/** Every failure of the application leaves as Problem Details. */
export function addProblems(app: ApiApp): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
}

/** Answers with the problem that the error is; what is a defect of ours is logged, and its message kept inside. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.id);
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
  const retryAfter = (error as { details?: { retryAfterSeconds?: unknown } }).details?.retryAfterSeconds;
  if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="folios"');
  // As text: no schema of the route stands between a failure and its report.
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** An error as Problem Details; `requestId` is what the log knows the request by. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (hasZodFastifySchemaValidationErrors(error)) return validationProblem(error, requestId);
  const framework = frameworkProblem(error);
  const { code, message, details } = framework ?? describeFailure(error);
  const status = framework && code === 'INPUT_INVALID' ? MISFIT : PROBLEM_STATUS[code];
  const base = { ...headOf(code, requestId, status), detail: message.slice(0, MAX_DETAIL_LENGTH) };
  if (status === 500) return { ...base, detail: `${ERRORS[code].summary} The log has it under this request's id.` };
  return hasContent(details) ? { ...base, details } : base;
}

function headOf(code: ErrorCode, requestId: string, status: number = PROBLEM_STATUS[code]): Omit<Problem, 'detail'> {
  return {
    type: `urn:folios:error:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    instance: `urn:folios:request:${requestId}`,
    code,
    retryable: ERRORS[code].retryable,
  };
}

type ValidationFailure = {
  validation: { keyword: string; instancePath: string; message?: string }[];
  validationContext?: string;
};

function validationProblem(error: unknown, requestId: string): Problem {
  const { validation, validationContext = 'request' } = error as ValidationFailure;
  const errors = validation.slice(0, MAX_FIELD_ERRORS).map(({ instancePath, message }) => ({
    path: `/${validationContext}${instancePath === '/' ? '' : instancePath}`,
    message: message ?? 'is not valid',
  }));
  const detail = errors.map((one) => `${one.path}: ${one.message}`).join('; ');
  // A check of our own says what the document cannot, such as that a cron expression fires at all.
  const fitsDocument = validation.every(({ keyword }) => keyword === 'custom');
  const head = headOf('INPUT_INVALID', requestId, fitsDocument ? PROBLEM_STATUS.INPUT_INVALID : MISFIT);
  return { ...head, detail: detail.slice(0, MAX_DETAIL_LENGTH), errors };
}

function frameworkProblem(error: unknown): { code: ErrorCode; message: string; details: unknown } | null {
  const { code, statusCode, message } = error as Partial<FastifyError>;
  if (typeof code !== 'string' || !code.startsWith('FST_')) return null;
  if (statusCode === undefined || statusCode >= 500) return { code: 'INTERNAL', message: code, details: {} };
  return { code: FRAMEWORK_CODES[code] ?? 'INPUT_INVALID', message: message ?? code, details: {} };
}

function hasContent(details: unknown): details is Record<string, unknown> {
  return typeof details === 'object' && details !== null && Object.keys(details).length > 0;
}

/** RATE_LIMITED, with how long to wait. */
export function rateLimited(message: string, retryAfterSeconds: number): FoliosError {
  return new FoliosError('RATE_LIMITED', `${message}; try again in ${retryAfterSeconds} s`, { retryAfterSeconds });
}
