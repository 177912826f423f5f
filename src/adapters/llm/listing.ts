import type { BatchIntent } from '../../ports/llm-provider.ts';

/** How far the provider's clock may be behind ours, and how much older than its intent a batch of ours can look. */
const LISTING_MARGIN_MS = 3_600_000;

/** A provider that pages for ever would keep a search from ending; this is far more than any account holds. */
const MAX_PAGES = 1000;

/** The time before which no batch of an intent can have been created. */
export function oldestPossibleMs(intent: BatchIntent): number {
  return Date.parse(intent.intendedAt) - LISTING_MARGIN_MS;
}

/**
 * The items of a listing. It stops early where the pages show that the listing runs newest first and has passed
 * `oldestMs`; a listing in any other order is read to its end. `createdMsOf` gives milliseconds.
 */
export async function* itemsSince<T>(
  pages: AsyncIterable<readonly T[]>,
  createdMsOf: (item: T) => number,
  oldestMs: number,
): AsyncGenerator<T> {
  let pageCount = 0;
  let descends = true;
  let newestMs: number | null = null;
  let previousMs = Number.POSITIVE_INFINITY;
  for await (const page of pages) {
    for (const item of page) {
      const createdMs = createdMsOf(item);
      newestMs ??= createdMs;
      descends &&= createdMs <= previousMs;
      previousMs = createdMs;
      yield item;
    }
    pageCount++;
    if (pageCount === MAX_PAGES) throw new Error(`the listing has more than ${MAX_PAGES} pages`);
    if (descends && newestMs !== null && previousMs < newestMs && previousMs < oldestMs) return;
  }
}

interface SdkPage<T> {
  getPaginatedItems(): T[];
  hasNextPage(): boolean;
  getNextPage(): Promise<SdkPage<T>>;
}

/** The pages of a listing as the SDKs of OpenAI and Anthropic give them. */
export async function* pagesOf<T>(first: SdkPage<T>): AsyncGenerator<readonly T[]> {
  for (let page = first; ; page = await page.getNextPage()) {
    yield page.getPaginatedItems();
    if (!page.hasNextPage()) return;
  }
}
