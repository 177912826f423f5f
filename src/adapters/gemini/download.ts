import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoogleGenAI } from '@google/genai';

/** Downloads a file through the SDK, which insists on a path; the call's record has the bytes, the path is thrown away. */
export async function downloadFile(client: GoogleGenAI, fileName: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'folios-gemini-'));
  try {
    await client.files.download({ file: fileName, downloadPath: join(folder, 'results.jsonl') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
