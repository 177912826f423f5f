import type { Question } from '../answers/question.ts';
import { asArray, asObject, asText, isObject, type JsonObject } from '../engine/json.ts';
import { invalidRequest, isAnthropicModel, notFound } from './voice.ts';

const SAMPLING = ['temperature', 'top_p', 'top_k'];
/** Constraints that structured outputs do not take; the SDKs move them into descriptions. */
const UNSUPPORTED = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
];

/**
 * Reads the parameters of a message. Throws Anthropic's refusal where the vendor would refuse them; `refuseSampling`
 * says whether the API version is one without sampling parameters.
 */
export function readMessage(params: unknown, options: { refuseSampling: boolean; needsLimit: boolean }): Question {
  const request = asObject(params);
  const model = asText(request.model);
  if (model === null || model === '') throw invalidRequest('model: Field required');
  if (options.needsLimit) checkLimit(request.max_tokens);
  if (options.refuseSampling) {
    for (const name of SAMPLING) {
      if (name in request) throw invalidRequest(`${name}: Extra inputs are not permitted`);
    }
  }
  const prompt = readMessages(request.messages);
  const schema = readSchema(request);
  if (!isAnthropicModel(model)) throw notFound(`model: ${model}`);
  return {
    provider: 'anthropic',
    model,
    system: textOf(request.system, 'system'),
    prompt: prompt.text,
    imageCount: prompt.imageCount,
    format: schema === null ? { kind: 'text' } : { kind: 'schema', schema },
    maxOutputTokens: typeof request.max_tokens === 'number' ? request.max_tokens : null,
  };
}

function checkLimit(limit: unknown): void {
  if (limit === undefined) throw invalidRequest('max_tokens: Field required');
  if (typeof limit !== 'number' || !Number.isInteger(limit)) {
    throw invalidRequest('max_tokens: Input should be a valid integer');
  }
  if (limit < 1) throw invalidRequest('max_tokens: Input should be greater than or equal to 1');
}

function readMessages(messages: unknown): { text: string; imageCount: number } {
  if (!Array.isArray(messages)) throw invalidRequest('messages: Field required');
  if (messages.length === 0) throw invalidRequest('messages: at least one message is required');
  const texts: string[] = [];
  let imageCount = 0;
  messages.map(asObject).forEach((message, index) => {
    if (message.role !== 'user' && message.role !== 'assistant' && message.role !== 'system') {
      throw invalidRequest(`messages.${index}.role: Input should be 'user', 'assistant' or 'system'`);
    }
    texts.push(textOf(message.content, `messages.${index}.content`));
    imageCount += asArray(message.content).filter((block) => asObject(block).type === 'image').length;
  });
  return { text: texts.join('\n\n'), imageCount };
}

function textOf(content: unknown, path: string): string {
  if (content === undefined || content === null) {
    if (path === 'system') return '';
    throw invalidRequest(`${path}: Field required`);
  }
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidRequest(`${path}: Input should be a valid string or list`);
  return content
    .map((block) => asText(asObject(block).text))
    .filter((text) => text !== null)
    .join('\n\n');
}

function readSchema(request: JsonObject): JsonObject | null {
  const format = asObject(request.output_config).format;
  if (format === undefined || format === null) return null;
  const { type, schema } = asObject(format);
  if (type !== 'json_schema') throw invalidRequest("output_config.format.type: Input should be 'json_schema'");
  if (!isObject(schema)) throw invalidRequest('output_config.format.schema: Field required');
  checkSchema(schema);
  return schema;
}

function checkSchema(schema: JsonObject): void {
  const type = asText(schema.type);
  if (type === 'object' && schema.additionalProperties !== false) {
    throw invalidRequest(
      "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    );
  }
  const found = UNSUPPORTED.filter((name) => name in schema);
  if (type !== null && found.length > 0) {
    throw invalidRequest(
      `output_config.format.schema: For '${type}' type, properties ${found.join(', ')} are not supported`,
    );
  }
  for (const property of Object.values(asObject(schema.properties))) checkSchema(asObject(property));
  if (isObject(schema.items)) checkSchema(schema.items);
  for (const choice of asArray(schema.anyOf)) checkSchema(asObject(choice));
}
