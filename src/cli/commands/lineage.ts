import { FoliosError } from '../../contracts/errors.ts';
import type { ArtifactRef } from '../../contracts/schemas/artifact.ts';
import type { Lineage } from '../../domain/lineage/lineage.ts';
import { formatCount } from '../../service/text/amounts.ts';
import type { CommandResult, View } from '../command-result.ts';
import type { CliContext } from '../context.ts';
import { counted } from '../text/names.ts';
import { type BundlePart, type Manifest, writeBundle } from './lineage-bundle.ts';
import { type BundleDamage, checkBundle } from './lineage-check-bundle.ts';
import { resolveExecution } from './lineage-reference.ts';
import { renderTree } from './lineage-tree.ts';

/** What happened and why, of a run, a task, a ticket or an order. */
export async function showLineage(context: CliContext, reference: string, view: View): Promise<CommandResult> {
  const workflowId = await resolveExecution(context, reference);
  const { reader } = await context.lineage();
  const lineage = await reader.read(workflowId, null);
  if (lineage === null) throw notFound(workflowId);
  return { document: { lineage }, text: renderTree(lineage, view.width) };
}

/** Writes everything that shows it, the histories, the artifacts and the lineage, into one sealed file. */
export async function exportLineage(
  context: CliContext,
  reference: string,
  file: { readonly path: string; readonly write: (bytes: Uint8Array) => Promise<void> },
): Promise<CommandResult> {
  const workflowId = await resolveExecution(context, reference);
  const { reader, artifacts: store } = await context.lineage();
  const collected = await reader.collect(workflowId, null);
  if (collected === null) throw notFound(workflowId);
  const { lineage } = collected;
  const artifacts = await readArtifacts(lineage, (ref) => store.get(ref));
  const { bytes, rootHash, manifest } = writeBundle(
    workflowId,
    [jsonPart('lineage.json', lineage), ...collected.histories.map(historyPart), ...artifacts.parts],
    artifacts.missing,
  );
  await file.write(bytes);
  const { parts, missing } = manifest;
  const lost = missing.length > 0 ? [`${counted(missing.length, 'artifact')} could not be read and is not in it.`] : [];
  const open = lineage.closed ? [] : ['Not all of it has ended: a later export will hold more.'];
  return {
    document: { file: file.path, workflowId, rootHash, closed: lineage.closed, bytes: bytes.length, parts, missing },
    text: [
      `${file.path}: ${formatCount(bytes.length)} bytes, ${counted(parts.length, 'part')} of ${workflowId}`,
      `root ${rootHash}`,
      ...lost,
      ...open,
      'Keep the root hash elsewhere: with it, `lineage verify` also tells whether the whole file was replaced.',
    ].join('\n'),
  };
}

/** Holds a bundle against its seal; needs nothing but the file. BUNDLE_CHANGED names the first byte that is not what was written. */
export function verifyBundle(path: string, bytes: Uint8Array, expectedRoot: string | null): CommandResult {
  const check = checkBundle(bytes);
  if (!check.ok) {
    throw new FoliosError('BUNDLE_CHANGED', `${path} is not what was written: ${describeDamage(check.damage)}`, {
      ...check.damage,
    });
  }
  const { rootHash, manifest } = check;
  if (expectedRoot !== null && expectedRoot.toLowerCase() !== rootHash) {
    const message = `${path} is whole, but another bundle: its root is ${rootHash}, not ${expectedRoot}`;
    throw new FoliosError('BUNDLE_CHANGED', message, { rootHash, expectedRoot });
  }
  return {
    document: { ok: true, file: path, rootHash, workflowId: manifest.root, parts: manifest.parts },
    text: [
      `${path} is whole: every byte is as it was written, ${counted(manifest.parts.length, 'part')} of ${manifest.root}`,
      `root ${rootHash}`,
    ].join('\n'),
  };
}

function describeDamage({ what, offset, until, part, expected, found }: BundleDamage): string {
  if (what === 'truncated') return `it ends at byte ${offset}, in ${part}; the rest is missing`;
  if (what === 'appended') return `at byte ${offset}, ${part}, there is more than was written`;
  if (until === offset + 1 && expected !== null) {
    return `byte ${offset}, in ${part}, was ${expected} and is ${found} (hexadecimal)`;
  }
  return `the first change is in bytes ${offset} to ${until - 1}, in ${part}`;
}

function notFound(workflowId: string): FoliosError {
  return new FoliosError('RESOURCE_NOT_FOUND', `neither Temporal nor the archive has a history of ${workflowId}`);
}

function jsonPart(name: string, value: unknown): BundlePart {
  const content = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  return { name, mediaType: 'application/json', content };
}

function historyPart({ runId, json }: { runId: string; json: Uint8Array }): BundlePart {
  return { name: `histories/${runId}.json`, mediaType: 'application/json', content: json };
}

/** The content of every artifact that the lineage names, each once. What the store has lost is listed instead. */
async function readArtifacts(
  { executions }: Lineage,
  read: (ref: ArtifactRef) => Promise<Uint8Array>,
): Promise<{ parts: readonly BundlePart[]; missing: Manifest['missing'] }> {
  const refs = executions.flatMap(({ artifacts, steps }) => [...artifacts, ...steps.flatMap((step) => step.artifacts)]);
  const parts: BundlePart[] = [];
  const missing: Manifest['missing'][number][] = [];
  for (const ref of new Map(refs.map((one) => [`${one.uri} ${one.sha256}`, one])).values()) {
    try {
      parts.push({ name: ref.uri, mediaType: ref.mediaType, content: await read(ref) });
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (code !== 'ARTIFACT_NOT_FOUND' && code !== 'ARTIFACT_CORRUPT') throw error;
      missing.push({ uri: ref.uri, sha256: ref.sha256, code });
    }
  }
  return { parts, missing };
}
