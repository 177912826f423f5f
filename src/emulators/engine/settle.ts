import type { Answer, AnswerShape, Question } from '../answers/question.ts';
import type { Engine } from './engine.ts';
import type { StoredBatch, StoredItem } from './store.ts';
import { type BatchMoment, isOpen } from './timeline.ts';
import { VendorRefusal } from './vendor-refusal.ts';

/** What became of one item of an ended batch. */
export type SettledItem =
  | { readonly kind: 'answered'; readonly item: StoredItem; readonly question: Question; readonly answer: Answer }
  /** The request in it was refused, in the vendor's words. */
  | { readonly kind: 'refused'; readonly item: StoredItem; readonly refusal: VendorRefusal }
  | { readonly kind: 'failed' | 'expired' | 'cancelled'; readonly item: StoredItem };

/** Answers are computed when somebody first looks and kept as long as the batch's record is the same. */
const settled = new WeakMap<StoredBatch, Promise<readonly SettledItem[]>>();

/** The items of an ended batch in their order. Throws while the batch is open; it has no results then. */
export function settleItems(
  engine: Engine,
  batch: StoredBatch,
  moment: BatchMoment,
  read: (item: StoredItem) => Question,
): Promise<readonly SettledItem[]> {
  if (isOpen(moment.phase)) throw new Error(`batch ${batch.id} has not ended`);
  const known = settled.get(batch);
  if (known !== undefined) return known;
  const computed = settleAll(engine, batch, moment, read);
  settled.set(batch, computed);
  computed.catch(() => settled.delete(batch));
  return computed;
}

/** One after the other: a batch may have a hundred thousand items. */
async function settleAll(
  engine: Engine,
  batch: StoredBatch,
  moment: BatchMoment,
  read: (item: StoredItem) => Question,
): Promise<readonly SettledItem[]> {
  const items: SettledItem[] = [];
  for (const [index, item] of batch.items.entries()) {
    items.push(await settleOne(engine, moment, item, index, read));
  }
  return items;
}

async function settleOne(
  engine: Engine,
  moment: BatchMoment,
  item: StoredItem,
  index: number,
  read: (item: StoredItem) => Question,
): Promise<SettledItem> {
  if (moment.phase === 'failed') return { kind: 'failed', item };
  if (index >= moment.itemsDone) return { kind: moment.phase === 'cancelled' ? 'cancelled' : 'expired', item };
  if (item.outcome === 'item_failed') return { kind: 'failed', item };
  if (item.outcome === 'item_expired') return { kind: 'expired', item };
  try {
    const question = read(item);
    const shape: AnswerShape | null = item.outcome;
    return { kind: 'answered', item, question, answer: await engine.answerer.answer(question, shape) };
  } catch (error) {
    if (error instanceof VendorRefusal) return { kind: 'refused', item, refusal: error };
    throw error;
  }
}
