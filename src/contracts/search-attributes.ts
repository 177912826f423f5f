import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Typed search attributes; `src/main` registers them on the namespace before the first worker starts. */
export const SEARCH_ATTRIBUTES = {
  kind: defineSearchAttributeKey('FoliosKind', SearchAttributeType.KEYWORD),
  strategy: defineSearchAttributeKey('FoliosStrategyId', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('FoliosState', SearchAttributeType.KEYWORD),
  symbol: defineSearchAttributeKey('FoliosSymbol', SearchAttributeType.KEYWORD),
  provider: defineSearchAttributeKey('FoliosProvider', SearchAttributeType.KEYWORD),
  account: defineSearchAttributeKey('FoliosAccountId', SearchAttributeType.KEYWORD),
} as const;
