import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LlmItem, LlmJob } from '../../ports/llm-provider.ts';

/** What one run of the tool has of its own; everything else lies outside the folder it works in. */
export interface CallFolder {
  readonly home: string;
  readonly work: string;
  readonly temporary: string;
  readonly output: string;
  readonly systemFile: string;
  remove(): Promise<void>;
}

/**
 * The API refuses a request whose list of tools is there but empty, and the tool always sends the list. So it gets the
 * one tool that can do nothing here: listing a folder that is empty.
 */
const HARMLESS_TOOL = 'list_directory';

/** One turn for a needless look at the empty folder, one for the answer. */
const MAX_TURNS = 2;

/** Longer than any call may take. */
const STALE_AFTER_MS = 6 * 3_600_000;
const PREFIX = 'call-';

/** Removes what calls of killed processes left in `workDir`; the folders of running calls are younger. */
export async function removeStaleCallFolders(workDir: string, nowMs: number): Promise<void> {
  const names = await readdir(workDir).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const path = join(workDir, name);
    // Another process may clean up at the same time.
    const made = await stat(path).catch(() => null);
    if (made && made.mtimeMs < nowMs - STALE_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

/** Makes the folder of one call: its own HOME with settings that allow nothing, an empty working folder, the system prompt. */
export async function createCallFolder(workDir: string, job: LlmJob, item: LlmItem): Promise<CallFolder> {
  await mkdir(workDir, { recursive: true });
  const root = await mkdtemp(join(workDir, PREFIX));
  const folder = {
    home: join(root, 'home'),
    work: join(root, 'work'),
    temporary: join(root, 'tmp'),
    output: join(root, 'output'),
    systemFile: join(root, 'home', 'system.md'),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
  try {
    for (const path of [join(folder.home, '.gemini'), folder.work, folder.temporary, folder.output]) {
      await mkdir(path, { recursive: true });
    }
    await writeFile(join(folder.home, '.gemini', 'settings.json'), JSON.stringify(settingsFor(job)));
    await writeFile(folder.systemFile, systemPrompt(job, item));
    return folder;
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Replaces the tool's own system prompt, which makes it a programmer. It has no structured output: the schema goes here. */
function systemPrompt(job: LlmJob, item: LlmItem): string {
  const { $schema: _, ...schema } = z.toJSONSchema(job.answer.schema);
  return [
    item.system,
    'Do not use tools. Answer with one JSON object and nothing else: no code fence, no words around it. ' +
      `It must fit this JSON Schema:\n${JSON.stringify(schema)}\n`,
  ].join('\n\n');
}

function settingsFor(job: LlmJob): object {
  const off = { enabled: false };
  return {
    security: { auth: { selectedType: 'gemini-api-key' } },
    // Retries belong to the workflow, as with every other provider.
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 1, retryFetchErrors: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: off,
    tools: { core: [HARMLESS_TOOL] },
    skills: off,
    hooksConfig: off,
    admin: { extensions: off, mcp: off, skills: off },
    experimental: { enableAgents: false },
    advanced: { autoConfigureMemory: false },
    // Loop detection takes a long answer for a loop and asks again.
    model: { maxSessionTurns: MAX_TURNS, skipNextSpeakerCheck: true, disableLoopDetection: true },
    modelConfigs: {
      customOverrides: [
        {
          match: { model: job.model },
          modelConfig: { generateContentConfig: { maxOutputTokens: job.maxOutputTokens } },
        },
      ],
    },
  };
}
