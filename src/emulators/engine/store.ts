import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ItemOutcome, JobOutcome } from '../control/faults.ts';

/** One request of a batch, as the vendor's format carries it. */
export interface StoredItem {
  readonly key: string;
  /** The vendor's own request body. */
  readonly body: unknown;
  /** Gemini's inline metadata, given back unchanged. */
  readonly metadata?: unknown;
  readonly outcome: ItemOutcome | null;
}

/** A batch as it was taken. Its status is never stored: it follows from these times and the present one. */
export interface StoredBatch {
  readonly id: string;
  /** Order of creation, also across restarts; two batches of one millisecond keep their order. */
  readonly sequence: number;
  readonly createdAtMs: number;
  latencyMs: number;
  readonly model: string;
  readonly items: readonly StoredItem[];
  readonly outcome: JobOutcome | null;
  cancelRequestedAtMs: number | null;
  /** OpenAI: what its validation found; a batch with findings fails. */
  readonly validationErrors: readonly { code: string; line: number | null; message: string; param: string | null }[];
  /** OpenAI's endpoint, input file and metadata; Gemini's display name and input file. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface StoredFile {
  readonly id: string;
  readonly sequence: number;
  readonly name: string;
  readonly purpose: string;
  readonly mediaType: string;
  readonly createdAtMs: number;
  readonly bytes: number;
}

const SAFE_ID = /^[A-Za-z0-9_-]{1,100}$/;

/** Batches and files of one emulator, in memory, and on disk as well where a folder is given. */
export class EmulatorStore {
  readonly #folder: string | null;
  readonly #batches = new Map<string, StoredBatch>();
  readonly #files = new Map<string, StoredFile>();
  readonly #contents = new Map<string, Buffer>();
  #sequence = 0;

  constructor(folder: string | null) {
    this.#folder = folder;
    if (folder === null) return;
    mkdirSync(join(folder, 'batches'), { recursive: true });
    mkdirSync(join(folder, 'files'), { recursive: true });
    for (const name of jsonFiles(join(folder, 'batches'))) {
      const batch = JSON.parse(readFileSync(join(folder, 'batches', name), 'utf8')) as StoredBatch;
      this.#batches.set(batch.id, batch);
      this.#sequence = Math.max(this.#sequence, batch.sequence);
    }
    for (const name of jsonFiles(join(folder, 'files'))) {
      const file = JSON.parse(readFileSync(join(folder, 'files', name), 'utf8')) as StoredFile;
      this.#files.set(file.id, file);
      this.#sequence = Math.max(this.#sequence, file.sequence);
    }
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  putBatch(batch: StoredBatch): void {
    this.#write('batches', `${batch.id}.json`, JSON.stringify(batch));
    this.#batches.set(batch.id, batch);
  }

  batch(id: string): StoredBatch | null {
    return this.#batches.get(id) ?? null;
  }

  /** Newest first. */
  batches(): StoredBatch[] {
    return [...this.#batches.values()].sort((a, b) => b.sequence - a.sequence);
  }

  deleteBatch(id: string): void {
    if (!this.#batches.delete(id)) return;
    this.#remove('batches', `${id}.json`);
  }

  putFile(file: StoredFile, content: Buffer): void {
    // The content goes first: a file that is listed can always be read.
    if (this.#folder === null) this.#contents.set(file.id, content);
    else this.#write('files', `${file.id}.content`, content);
    this.#write('files', `${file.id}.json`, JSON.stringify(file));
    this.#files.set(file.id, file);
  }

  file(id: string): StoredFile | null {
    return this.#files.get(id) ?? null;
  }

  content(id: string): Buffer {
    if (!this.#files.has(id)) throw new Error(`no file ${id}`);
    if (this.#folder === null) return this.#contents.get(id) ?? Buffer.alloc(0);
    return readFileSync(join(this.#folder, 'files', `${id}.content`));
  }

  /** Newest first. */
  files(): StoredFile[] {
    return [...this.#files.values()].sort((a, b) => b.sequence - a.sequence);
  }

  deleteFile(id: string): void {
    if (!this.#files.delete(id)) return;
    this.#contents.delete(id);
    this.#remove('files', `${id}.json`);
    this.#remove('files', `${id}.content`);
  }

  clear(): void {
    for (const id of [...this.#batches.keys()]) this.deleteBatch(id);
    for (const id of [...this.#files.keys()]) this.deleteFile(id);
  }

  #write(kind: string, name: string, content: string | Buffer): void {
    if (this.#folder === null) return;
    const path = join(this.#folder, kind, name);
    // Written aside and renamed, so that a killed emulator never leaves half a record.
    writeFileSync(`${path}.tmp`, content);
    renameSync(`${path}.tmp`, path);
  }

  #remove(kind: string, name: string): void {
    if (this.#folder !== null) rmSync(join(this.#folder, kind, name), { force: true });
  }
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json') && SAFE_ID.test(name.slice(0, -'.json'.length)));
}
