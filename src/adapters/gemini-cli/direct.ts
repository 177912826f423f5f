import { createRequire } from 'node:module';
import { ProviderMode, ProviderName } from '../../domain/research/provider.ts';
import type { DirectAnswer, LlmDirectProvider, LlmJob } from '../../ports/llm-provider.ts';
import { MAX_ANSWER_BYTES, resultTooLarge } from '../llm/limits.ts';
import { type CallFacts, providerErrorOf } from '../llm/provider-error.ts';
import { ANSWER_TIMEOUT_MS, type ProviderSettings } from '../llm/settings.ts';
import { singleItem } from '../llm/single-item.ts';
import { type CallFolder, createCallFolder, removeStaleCallFolders } from './call-folder.ts';
import { type ChildOutcome, runChild } from './child-process.ts';
import { readReport } from './report.ts';

export interface GeminiCliSettings extends ProviderSettings {
  /** Each call makes a folder in here and removes it. */
  readonly workDir: string;
}

const TOOL = createRequire(import.meta.url).resolve('@google/gemini-cli/bundle/gemini.js');

/** The tool prints its answer as a JSON string, in which escapes can double a text, beside its statistics. */
const MAX_OUTPUT_BYTES = 2 * MAX_ANSWER_BYTES + 64 * 1024;

/** Google's command line tool as a child process, one question a run. */
export function createGeminiCliProvider(settings: GeminiCliSettings): LlmDirectProvider {
  const facts: CallFacts = {
    provider: ProviderName.gemini,
    action: 'answer by its command line tool',
    startsWork: true,
    apiKey: settings.apiKey,
  };

  let cleaning: Promise<void> | null = null;

  async function ask(job: LlmJob, signal?: AbortSignal): Promise<DirectAnswer> {
    const item = singleItem(job);
    cleaning ??= removeStaleCallFolders(settings.workDir, Date.now());
    await cleaning.catch(() => {});
    const folder = await createCallFolder(settings.workDir, job, item).catch((error: unknown) => {
      throw providerErrorOf(error, facts, { kind: 'unsent' });
    });
    try {
      const outcome = await runChild({
        file: process.execPath,
        args: [TOOL, '--output-format', 'json', '--model', job.model],
        cwd: folder.work,
        env: environmentOf(settings, folder),
        // By stdin, since the system bounds the length of an argument.
        input: asPlainText(item.prompt),
        outputDir: folder.output,
        timeoutMs: settings.timeoutMs ?? ANSWER_TIMEOUT_MS,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        signal,
      });
      throwIfStopped(outcome, facts);
      return { raw: outcome.stdout, item: readReport(job, item.customId, outcome, facts) };
    } finally {
      await folder.remove();
    }
  }

  return { provider: ProviderName.gemini, mode: ProviderMode.cli, simulated: settings.simulated, ask };
}

function environmentOf(settings: GeminiCliSettings, folder: CallFolder): Record<string, string> {
  return {
    HOME: folder.home,
    TMPDIR: folder.temporary,
    PATH: '/usr/bin:/bin',
    NO_COLOR: '1',
    GEMINI_API_KEY: settings.apiKey,
    ...(settings.baseUrl === null ? {} : { GOOGLE_GEMINI_BASE_URL: settings.baseUrl }),
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    // Otherwise it starts itself a second time.
    GEMINI_CLI_NO_RELAUNCH: 'true',
    GEMINI_SYSTEM_MD: folder.systemFile,
  };
}

/** The tool takes a text that begins with a slash for a command of its own. */
function asPlainText(prompt: string): string {
  return prompt.trimStart().startsWith('/') ? `Question:\n${prompt}` : prompt;
}

function throwIfStopped({ end, stderr }: ChildOutcome, facts: CallFacts): void {
  if (end === 'exited') return;
  if (end === 'output_limit') throw resultTooLarge(MAX_OUTPUT_BYTES);
  const error = new Error(stderr);
  if (end === 'not_started') throw providerErrorOf(error, facts, { kind: 'unsent' });
  throw providerErrorOf(error, facts, { kind: 'failed', cause: end, error });
}
