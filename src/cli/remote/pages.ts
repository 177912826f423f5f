interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const LARGEST_PAGE = 500;
const MOST = 10_000;

/** The first `limit` items of a list, page by page. */
export async function readPages<Item>(
  limit: number | undefined,
  read: (query: { limit: number; cursor?: string }) => Promise<PageOf<Item>>,
): Promise<Item[]> {
  const wanted = Math.min(limit ?? MOST, MOST);
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const size = Math.max(1, Math.min(LARGEST_PAGE, wanted - items.length));
    const page: PageOf<Item> = await read({ limit: size, ...(cursor === null ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < wanted);
  return items.slice(0, wanted);
}
