import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import type { ProviderName } from '../domain/research/provider.ts';

/** Typed search attributes; `src/main` registers them on the namespace before the first worker starts. */
export const SEARCH_ATTRIBUTES = {
  kind: defineSearchAttributeKey('FoliosKind', SearchAttributeType.KEYWORD),
  strategy: defineSearchAttributeKey('FoliosStrategyId', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('FoliosState', SearchAttributeType.KEYWORD),
  symbol: defineSearchAttributeKey('FoliosSymbol', SearchAttributeType.KEYWORD),
  provider: defineSearchAttributeKey('FoliosProvider', SearchAttributeType.KEYWORD),
  account: defineSearchAttributeKey('FoliosAccountId', SearchAttributeType.KEYWORD),
} as const;

/** What a research run, or the workflows of one provider's part in it, are found by. */
export function researchSearchAttributes(strategyId: string, provider?: ProviderName): SearchAttributePair[] {
  return [
    { key: SEARCH_ATTRIBUTES.kind, value: 'research' },
    { key: SEARCH_ATTRIBUTES.strategy, value: strategyId },
    ...(provider === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.provider, value: provider }]),
  ];
}

/** What a written ticket is found by; `symbol` is of its first order. */
export function ticketSearchAttributes(accountId: string, symbol: string): SearchAttributePair[] {
  return [
    { key: SEARCH_ATTRIBUTES.kind, value: 'ticket' },
    { key: SEARCH_ATTRIBUTES.account, value: accountId },
    { key: SEARCH_ATTRIBUTES.symbol, value: symbol },
  ];
}
