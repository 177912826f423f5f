import type { Question } from '../answers/question.ts';
import { asArray, asObject, asText, isObject, type JsonObject } from '../engine/json.ts';
import { isOpenAiModel, noSuchModel, openAiRefusal } from './voice.ts';

/** The endpoints that this emulator answers, directly and in batches. */
export const ENDPOINTS = ['/v1/responses', '/v1/chat/completions'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** Reads a request body of an endpoint. Throws OpenAI's refusal where the vendor would refuse it. */
export function readQuestion(endpoint: Endpoint, body: unknown): Question {
  const request = asObject(body);
  const model = asText(request.model);
  if (model === null || model === '') throw missing('model');
  if (!isOpenAiModel(model)) throw noSuchModel(model);
  return endpoint === '/v1/responses' ? readResponses(request, model) : readChat(request, model);
}

function readResponses(request: JsonObject, model: string): Question {
  const messages = typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input;
  if (!Array.isArray(messages)) throw missing('input');
  const instructions = asText(request.instructions) ?? '';
  const limit = request.max_output_tokens ?? null;
  // The vendor takes no lower limit for a response.
  if (limit !== null && (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 16)) {
    throw openAiRefusal(
      400,
      `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${String(limit)} instead.`,
      { param: 'max_output_tokens', code: 'integer_below_min_value' },
    );
  }
  const format = asObject(asObject(request.text).format);
  return {
    ...textsOf(messages, 'input', instructions),
    provider: 'openai',
    model,
    format: formatOf(format, format, 'text.format'),
    maxOutputTokens: limit,
  };
}

function readChat(request: JsonObject, model: string): Question {
  if (!Array.isArray(request.messages) || request.messages.length === 0) throw missing('messages');
  const format = asObject(request.response_format);
  const limit = request.max_completion_tokens ?? request.max_tokens;
  return {
    ...textsOf(request.messages, 'messages', ''),
    provider: 'openai',
    model,
    format: formatOf(format, asObject(format.json_schema), 'response_format'),
    maxOutputTokens: typeof limit === 'number' ? limit : null,
  };
}

function textsOf(messages: readonly unknown[], param: string, instructions: string) {
  const system: string[] = instructions === '' ? [] : [instructions];
  const prompt: string[] = [];
  let imageCount = 0;
  messages.forEach((entry, index) => {
    const message = asObject(entry);
    const role = asText(message.role);
    if (role === null) throw missing(`${param}[${index}].role`);
    const target = role === 'system' || role === 'developer' ? system : prompt;
    if (typeof message.content === 'string') target.push(message.content);
    for (const part of asArray(message.content).map(asObject)) {
      const text = asText(part.text);
      if (text !== null) target.push(text);
      else if (part.type === 'input_image' || part.type === 'image_url') imageCount += 1;
    }
  });
  return { system: system.join('\n\n'), prompt: prompt.join('\n\n'), imageCount };
}

function formatOf(format: JsonObject, described: JsonObject, param: string): Question['format'] {
  if (format.type === 'json_object') return { kind: 'any' };
  if (format.type !== 'json_schema') return { kind: 'text' };
  const name = asText(described.name);
  if (name === null || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) throw missing(`${param}.name`);
  if (!isObject(described.schema)) throw missing(`${param}.schema`);
  if (described.strict === true) checkStrict(described.schema, name, param, []);
  return { kind: 'schema', schema: described.schema };
}

/** Strict schemas must close every object and require each of its properties. */
function checkStrict(schema: JsonObject, name: string, param: string, context: readonly string[]): void {
  const refuse = (reason: string) =>
    openAiRefusal(
      400,
      `Invalid schema for response_format '${name}': In context=(${context.map((part) => `'${part}'`).join(', ')}), ${reason}`,
      { param: `${param}.schema`, code: 'invalid_json_schema' },
    );
  if (isObject(schema.properties)) {
    if (schema.additionalProperties !== false) {
      throw refuse("'additionalProperties' is required to be supplied and to be false.");
    }
    for (const key of Object.keys(schema.properties)) {
      if (!asArray(schema.required).includes(key)) {
        throw refuse(
          `'required' is required to be supplied and to be an array including every key in properties. Missing '${key}'.`,
        );
      }
    }
    for (const [key, property] of Object.entries(schema.properties)) {
      checkStrict(asObject(property), name, param, [...context, 'properties', key]);
    }
  }
  if (isObject(schema.items)) checkStrict(schema.items, name, param, [...context, 'items']);
  for (const [index, choice] of asArray(schema.anyOf).entries()) {
    checkStrict(asObject(choice), name, param, [...context, 'anyOf', String(index)]);
  }
}

function missing(param: string) {
  return openAiRefusal(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}
