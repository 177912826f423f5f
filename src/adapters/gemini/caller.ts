import { GoogleGenAI } from '@google/genai';
import { createProviderCaller, type ProviderCaller } from '../llm/provider-caller.ts';
import type { ProviderSettings } from '../llm/settings.ts';

/** Calls of Google's SDK against the Gemini API, whatever the environment says of Vertex; it has no retries of its own. */
export function createGeminiCaller(
  settings: ProviderSettings & { readonly timeoutMs: number },
): ProviderCaller<GoogleGenAI> {
  const baseUrl = settings.baseUrl === null ? {} : { baseUrl: settings.baseUrl };
  return createProviderCaller(
    'gemini',
    settings,
    (fetch) => new GoogleGenAI({ apiKey: settings.apiKey, vertexai: false, httpOptions: { ...baseUrl, fetch } }),
  );
}
