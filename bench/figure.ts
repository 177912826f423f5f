/** What a figure was measured against, interleaved with it in the same run. */
export interface Reference {
  readonly name: string;
  readonly value: number;
}

/** One measured number. Names and units never change, so that runs can be compared over years. */
export interface Figure {
  /** `lowercase-with-dashes` */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference?: Reference;
  /** How it was measured, in a few words. */
  readonly note: string;
}

/** The figure over its reference, or null where there is none. */
export function ratioOf({ value, reference }: Figure): number | null {
  return reference === undefined || reference.value === 0 ? null : value / reference.value;
}
