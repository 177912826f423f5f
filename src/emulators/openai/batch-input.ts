import type { FaultBoard } from '../control/faults.ts';
import { asObject, asText, isObject, type JsonObject } from '../engine/json.ts';
import type { StoredBatch, StoredItem } from '../engine/store.ts';
import { isOpenAiModel } from './voice.ts';

const MOST_REQUESTS = 50_000;

export interface BatchInput {
  readonly items: readonly StoredItem[];
  readonly errors: StoredBatch['validationErrors'];
  readonly model: string;
}

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
}

/**
 * Reads the input file of a batch as the vendor validates it: one JSON object a line, unique custom ids, POST to the
 * batch's endpoint, one model. Findings do not refuse the batch; they make it fail after its validation.
 */
export function readBatchInput(content: string, endpoint: string, faults: FaultBoard): BatchInput {
  const errors: StoredBatch['validationErrors'][number][] = [];
  const items: StoredItem[] = [];
  const seen = new Set<string>();
  let model = '';
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const request = parseLine(line);
    const finding = findingOf(request, endpoint, seen, model);
    if (finding !== null) {
      errors.push({ ...finding, line: index + 1 });
      continue;
    }
    const customId = asText(request?.custom_id) ?? '';
    seen.add(customId);
    model = asText(asObject(request?.body).model) ?? '';
    items.push({ key: customId, body: request?.body, outcome: faults.takeItemOutcome(line) });
  }
  if (items.length === 0 && errors.length === 0) {
    const message = 'The batch input file is empty. Please ensure that the batch contains at least one request.';
    errors.push({ code: 'empty_file', line: null, message, param: null });
  }
  if (items.length > MOST_REQUESTS) {
    const message = `The batch has more than ${MOST_REQUESTS} requests.`;
    errors.push({ code: 'too_many_tasks', line: null, message, param: null });
  }
  return { items, errors, model };
}

/** What is wrong with one line, or null. */
function findingOf(
  request: JsonObject | null,
  endpoint: string,
  seen: ReadonlySet<string>,
  model: string,
): Finding | null {
  const finding = (code: string, message: string, param: string | null = null) => ({ code, message, param });
  if (request === null) return finding('invalid_json_line', 'This line is not parseable as valid JSON.');
  const missing = ['custom_id', 'method', 'url', 'body'].find((param) => !(param in request));
  if (missing !== undefined) {
    return finding('missing_required_parameter', `Missing required parameter: '${missing}'.`, missing);
  }
  const customId = asText(request.custom_id);
  if (customId === null || customId === '') {
    return finding('invalid_type', "Invalid type for 'custom_id': expected a non-empty string.", 'custom_id');
  }
  if (seen.has(customId)) {
    const message =
      `The custom_id '${customId}' for this request is a duplicate of another request. ` +
      'The custom_id parameter must be unique for each request in a batch.';
    return finding('duplicate_custom_id', message, 'custom_id');
  }
  if (request.method !== 'POST') return finding('invalid_method', "The HTTP method must be 'POST'.", 'method');
  if (request.url !== endpoint) {
    const message = `The URL provided for this request does not match the batch endpoint '${endpoint}'.`;
    return finding('url_mismatch', message, 'url');
  }
  return findingOfModel(asText(asObject(request.body).model), model);
}

function findingOfModel(itsModel: string | null, model: string): Finding | null {
  const param = 'body.model';
  if (itsModel === null) {
    return { code: 'missing_required_parameter', message: "Missing required parameter: 'model'.", param };
  }
  if (!isOpenAiModel(itsModel)) {
    const message = `The provided model '${itsModel}' is not supported by the Batch API.`;
    return { code: 'model_not_found', message, param };
  }
  if (model !== '' && itsModel !== model) {
    const message = `The provided model '${itsModel}' does not match the model '${model}' of the batch.`;
    return { code: 'model_mismatch', message, param };
  }
  return null;
}

function parseLine(line: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
