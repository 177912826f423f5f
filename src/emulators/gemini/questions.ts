import type { Answer, Question } from '../answers/question.ts';
import { asArray, asObject, asText, type JsonObject, member } from '../engine/json.ts';
import { geminiRefusal } from './voice.ts';

/** Reads a GenerateContentRequest, in either spelling of its members. Throws Google's refusal where it is malformed. */
export function readContents(model: string, body: unknown): Question {
  const request = asObject(body);
  const contents = asArray(request.contents).map(asObject);
  if (contents.length === 0) {
    throw geminiRefusal(400, '* GenerateContentRequest.contents: contents is not specified');
  }
  const texts: string[] = [];
  let imageCount = 0;
  contents.forEach((content, index) => {
    const parts = asArray(content.parts).map(asObject);
    if (parts.length === 0) {
      throw geminiRefusal(400, `* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`);
    }
    for (const part of parts) {
      const text = asText(part.text);
      if (text !== null) texts.push(text);
      if (member(part, 'inlineData') !== undefined || member(part, 'fileData') !== undefined) imageCount += 1;
    }
  });
  const config = asObject(member(request, 'generationConfig'));
  const limit = member(config, 'maxOutputTokens');
  return {
    provider: 'gemini',
    model,
    system: textOf(asObject(member(request, 'systemInstruction'))),
    prompt: texts.join('\n\n'),
    imageCount,
    format: formatOf(config),
    maxOutputTokens: typeof limit === 'number' ? limit : null,
  };
}

function textOf(content: JsonObject): string {
  return asArray(content.parts)
    .map((part) => asText(asObject(part).text))
    .filter((text) => text !== null)
    .join('\n\n');
}

function formatOf(config: JsonObject): Question['format'] {
  const schema = member(config, 'responseJsonSchema') ?? member(config, 'responseSchema');
  const isJson = member(config, 'responseMimeType') === 'application/json';
  if (schema !== undefined && !isJson) {
    throw geminiRefusal(
      400,
      "Response schema is only supported with response mime type 'application/json', but 'text/plain' was requested.",
    );
  }
  if (schema !== undefined) return { kind: 'schema', schema };
  return isJson ? { kind: 'any' } : { kind: 'text' };
}

/** A GenerateContentResponse; `text` may be a part of the answer, when it is streamed. */
export function contentBody(
  id: string,
  question: Question,
  answer: Answer,
  piece: { text: string; isLast: boolean } = { text: answer.text, isLast: true },
): unknown {
  return {
    candidates: [
      {
        content: { parts: [{ text: piece.text }], role: 'model' },
        ...(piece.isLast ? { finishReason: answer.truncated ? 'MAX_TOKENS' : 'STOP' } : {}),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: answer.inputTokens,
      candidatesTokenCount: answer.outputTokens,
      totalTokenCount: answer.inputTokens + answer.outputTokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: answer.inputTokens }],
    },
    modelVersion: question.model,
    responseId: id,
  };
}
