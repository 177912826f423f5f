/** How clients write an unset double and an unset integer, beside the empty field. */
const UNSET = /^(1\.797693134862315\d*e\+?308|2147483647|infinity|nan)$/i;

/** Reads the fields of one message in their order. Throws where the message ends too early. */
export class FieldReader {
  readonly #fields: readonly string[];
  #next = 0;

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  get remaining(): number {
    return this.#fields.length - this.#next;
  }

  text(): string {
    const field = this.#fields[this.#next];
    if (field === undefined) throw new Error(`the message ends before field ${this.#next}`);
    this.#next += 1;
    return field;
  }

  /** A field whose unset form is made empty. */
  value(): string {
    const field = this.text();
    return UNSET.test(field) ? '' : field;
  }

  /** A whole number; an empty field is 0. Throws on anything else. */
  int(): number {
    const field = this.value();
    if (field === '') return 0;
    const value = Number(field);
    if (!Number.isSafeInteger(value)) throw new Error(`not a whole number: ${field.slice(0, 40)}`);
    return value;
  }

  /** True only for 1 and true: an empty field is false. */
  flag(): boolean {
    return /^(1|true)$/i.test(this.text());
  }

  /** The next `count` fields with unset forms made empty. */
  values(count: number): string[] {
    return Array.from({ length: count }, () => this.value());
  }

  /** A list whose length stands before it. Throws where the length is no whole number or more than the message holds. */
  list<T>(item: () => T): T[] {
    const count = this.int();
    if (count < 0 || count > this.remaining) throw new Error(`a list of ${count} is not in the message`);
    return Array.from({ length: count }, item);
  }

  /** Whatever is left. */
  rest(): string[] {
    return Array.from({ length: this.remaining }, () => this.text());
  }
}
