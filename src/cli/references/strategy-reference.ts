import { FoliosError } from '../../contracts/errors.ts';
import type { StrategyRecord, StrategyRepository } from '../../ports/repositories.ts';

/** The strategy with this slug or id. STRATEGY_NOT_FOUND names those that look alike. */
export async function resolveStrategy(strategies: StrategyRepository, reference: string): Promise<StrategyRecord> {
  const found = await strategies.find(reference);
  if (found) return found;
  const slugs = (await strategies.list()).map((record) => record.document.slug);
  const alike = slugs.filter(
    (slug) => slug.includes(reference) || slug.split('-').some((word) => reference.includes(word)),
  );
  const hint = alike.length > 0 ? `; did you mean ${alike.slice(0, 3).join(', ')}?` : '';
  throw new FoliosError('STRATEGY_NOT_FOUND', `no strategy is called "${reference}"${hint}`, {
    reference,
    known: slugs,
  });
}
