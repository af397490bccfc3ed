/** What a cell of a table may hold. */
export type Cell = string | number | null;

/** A table of a file, read once, a batch of rows at a time. */
export interface ExportTable {
  /** Its name in JSON, and of its CSV file. */
  key: string;
  /** Name of its sheet: 31 characters at most, none of `[ ] : * ? / \`. */
  title: string;
  columns: readonly { key: string; header: string; width: number }[];
  batches: AsyncIterable<readonly (readonly Cell[])[]> | Iterable<readonly (readonly Cell[])[]>;
}

/** A file of several tables, and what it says of itself. */
export interface TablesContent {
  /** What it is of, such as the filters it was made with; their keys stand in JSON, their labels in the tables. */
  about: readonly { key: string; label: string; value: Cell }[];
  tables: readonly ExportTable[];
}

/** Counts the rows that went into the file, as they pass. */
export interface RowMeter {
  rows: number;
}

export interface TablesFormat {
  readonly extension: string;
  readonly contentType: string;
  encode(content: TablesContent, meter: RowMeter): AsyncIterable<Uint8Array>;
}

/** What a file says of itself, as a table. */
export function aboutTable({ about }: TablesContent): ExportTable {
  return {
    key: "about",
    title: "About",
    columns: [
      { key: "field", header: "Field", width: 26 },
      { key: "value", header: "Value", width: 60 },
    ],
    batches: [about.map(({ label, value }) => [label, value])],
  };
}
