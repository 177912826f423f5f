import { expect, test } from '@jest/globals';
import { generateRounds } from './generator.ts';

test('the same seed gives the same deeds at the same times, another seed gives others', () => {
  const deedsOf = (seed: number) => {
    const rounds = generateRounds(seed, { KO: 54.84, PEP: 148.3 }, 2);
    return Array.from({ length: 30 }, () => rounds.next().value);
  };
  expect(deedsOf(1)).toEqual(deedsOf(1));
  expect(deedsOf(1)).not.toEqual(deedsOf(2));
});
