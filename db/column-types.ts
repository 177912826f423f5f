import type { CustomTypesConfig } from 'pg';
import pg from 'pg';
import { dec } from '../src/domain/money/decimal.ts';

const { builtins, getTypeParser } = pg.types;

/** SQL numeric to the one plain spelling of a decimal (`100000`, `99.5`), whatever scale the column or a sum gave it. */
function parseNumeric(text: string): string {
  return dec(text).toString();
}

/** Counts and sizes: safe integers in all our columns; anything larger is an error, never a rounded number. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`integer out of the safe range: ${text}`);
  return value;
}

/** How columns arrive: numeric as decimal string, bigint as number, date as `YYYY-MM-DD`, timestamptz as Date. */
export const COLUMN_TYPES: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === builtins.NUMERIC) return parseNumeric;
      if (oid === builtins.INT8) return parseInt8;
      if (oid === builtins.DATE) return (text: string) => text;
    }
    return getTypeParser(oid, format as 'text');
  }) as CustomTypesConfig['getTypeParser'],
};
