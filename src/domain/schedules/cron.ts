/** When a schedule fires, as wall-clock values: every list sorted and without repetition, Sunday is 0. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
}

export type ParsedCron =
  | { readonly ok: true; readonly fields: CronFields }
  | { readonly ok: false; readonly problem: string };

interface FieldRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Stands for `min` and the following values. */
  readonly names?: readonly string[];
}

const MONTH_NAMES = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAY_NAMES = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const MINUTE: FieldRule = { name: 'minute', min: 0, max: 59 };
const HOUR: FieldRule = { name: 'hour', min: 0, max: 23 };
const DAY_OF_MONTH: FieldRule = { name: 'day of the month', min: 1, max: 31 };
const MONTH: FieldRule = { name: 'month', min: 1, max: 12, names: MONTH_NAMES };
/** 7 is Sunday, too, as in every other cron. */
const DAY_OF_WEEK: FieldRule = { name: 'day of the week', min: 0, max: 7, names: DAY_NAMES };
const FIELD_NAMES = 'minute, hour, day of the month, month, day of the week';

/** Days of each month at most; February's 29th comes every four years. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MONTH_TITLES = 'January February March April May June July August September October November December'.split(' ');

/**
 * The five fields of a cron expression (`*`, values, ranges, lists, steps, English short names), or a sentence that says
 * what is wrong. A day must fit both the day of the month and the day of the week, which is how Temporal reads it.
 */
export function parseCron(text: string): ParsedCron {
  const words = text.trim().split(/\s+/);
  if (words.length !== 5 || words[0] === '') return refuse(countProblem(text, words));
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK].map(
    (rule, index) => parseField(words[index] ?? '', rule),
  ) as [Field, Field, Field, Field, Field];
  for (const field of [minutes, hours, daysOfMonth, months, daysOfWeek]) {
    if (typeof field === 'string') return refuse(field);
  }
  const fields = {
    minutes: minutes as number[],
    hours: hours as number[],
    daysOfMonth: daysOfMonth as number[],
    months: months as number[],
    daysOfWeek: [...new Set((daysOfWeek as number[]).map((day) => day % 7))].sort((a, b) => a - b),
  };
  const impossible = neverProblem(text, fields);
  return impossible === null ? { ok: true, fields } : refuse(impossible);
}

/**
 * The shortest time between two firings of the same day or of neighbouring days, in minutes, and the two times. Null
 * where it fires once a day at most.
 */
export function shortestGap({ minutes, hours }: CronFields): { minutes: number; from: string; to: string } | null {
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  const [first] = times;
  if (first === undefined || times.length === 1) return null;
  const gaps = times.map((time, index) => ({ time, next: times[index + 1] ?? first + 24 * 60 }));
  const { time, next } = gaps.reduce((least, one) => (one.next - one.time < least.next - least.time ? one : least));
  return { minutes: next - time, from: clockTime(time), to: clockTime(next) };
}

/** The shortest expression that means these fields: two that mean the same become one. */
export function cronText({ minutes, hours, daysOfMonth, months, daysOfWeek }: CronFields): string {
  return [
    fieldText(minutes, MINUTE, true),
    fieldText(hours, HOUR, true),
    fieldText(daysOfMonth, DAY_OF_MONTH, false),
    fieldText(months, MONTH, false),
    fieldText(daysOfWeek, { ...DAY_OF_WEEK, max: 6 }, false),
  ].join(' ');
}

function fieldText(values: readonly number[], { min, max }: FieldRule, mayStep: boolean): string {
  const [first = min, second = first] = values;
  const last = values.at(-1) ?? first;
  const step = second - first;
  const isEven = values.length > 2 && values.every((value, index) => value === first + index * step);
  if (isEven && step === 1) return first === min && last === max ? '*' : `${first}-${last}`;
  return mayStep && isEven && first === min && last + step > max ? `*/${step}` : values.join(',');
}

type Field = number[] | string;

function refuse(problem: string): ParsedCron {
  return { ok: false, problem };
}

function countProblem(text: string, words: readonly string[]): string {
  if (words[0] === '') return `a cron expression has five fields (${FIELD_NAMES}); this one is empty`;
  if (/^(@|CRON_TZ=|TZ=)/.test(words[0] ?? '')) {
    return `"${short(text)}" is a short form that folios does not take; write the five fields (${FIELD_NAMES}) and the time zone apart`;
  }
  const hint = words.length === 6 || words.length === 7 ? '; seconds and years are not taken, so leave them away' : '';
  return `a cron expression has five fields (${FIELD_NAMES}), not ${words.length}${hint}`;
}

function parseField(text: string, rule: FieldRule): Field {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const found = parsePart(part, rule);
    if (typeof found === 'string') return found;
    for (const value of found) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function parsePart(part: string, rule: FieldRule): Field {
  const [, range = '', stepText] = /^([^/]*)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
  const bounds = rangeOf(range, rule);
  if (bounds === null) return `the ${rule.name} "${short(part)}" is not ${expected(rule)}`;
  const [from, to] = bounds;
  if (to < from) return `the ${rule.name} "${short(part)}" ends before it begins`;
  if (stepText === undefined) return valuesOf(from, to, 1);
  const step = Number(stepText);
  if (from === to)
    return `the ${rule.name} "${short(part)}" has a step without a range; write ${from}-${rule.max}/${step}`;
  if (step < 1 || step > to - from)
    return `the step of the ${rule.name} "${short(part)}" is not from 1 to ${to - from}`;
  return valuesOf(from, to, step);
}

function rangeOf(range: string, rule: FieldRule): readonly [number, number] | null {
  // The 7 of a weekday repeats Sunday, so that a star means it once.
  if (range === '*') return [rule.min, rule === DAY_OF_WEEK ? 6 : rule.max];
  const [, first = '', second] = /^([^-]+)(?:-([^-]+))?$/.exec(range) ?? [];
  const from = valueIn(first, rule);
  const to = second === undefined ? from : valueIn(second, rule);
  return from === null || to === null ? null : [from, to];
}

function valueIn(text: string, { min, max, names }: FieldRule): number | null {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return min + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

function expected({ min, max, names }: FieldRule): string {
  const named = names === undefined ? '' : `, a name such as ${names[1]}`;
  return `*, a value from ${min} to ${max}${named}, a range, a step or a list of these`;
}

function valuesOf(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function neverProblem(text: string, { daysOfMonth, months }: CronFields): string | null {
  const earliest = daysOfMonth[0] ?? 1;
  if (months.some((month) => earliest <= (LONGEST_MONTHS[month - 1] ?? 31))) return null;
  const titles = months.map((month) => MONTH_TITLES[month - 1]).join(' nor ');
  const neither = months.length > 1 ? 'neither ' : '';
  return `"${short(text)}" never fires: ${neither}${titles} ${neither === '' ? 'has no' : 'has a'} day ${earliest}`;
}

function clockTime(minuteOfDay: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minuteOfDay / 60) % 24)}:${two(minuteOfDay % 60)}`;
}

function short(text: string): string {
  return text.slice(0, 60);
}
