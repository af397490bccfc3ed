/** Collects parameters while SQL text is put together. */
export class Binder {
  readonly params: (string | string[])[] = [];
  constructor(from: readonly (string | string[])[] = []) {
    this.params.push(...from);
  }
  /** @param type SQL type that the parameter is cast to; a constant of the source */
  bind(
    value: string | string[],
    type:
      | "text"
      | "text[]"
      | "uuid"
      | "uuid[]"
      | "int"
      | "bigint"
      | "bigint[]"
      | "inet"
      | "inet[]"
      | "timestamptz",
  ): string {
    this.params.push(value);
    return `$${this.params.length}::${type}`;
  }
}
