/** The log that an export covers: the global view has the Guru column. */
export interface ExportView {
  global: boolean;
}

/** Counts the events that went into the file, as they pass. */
export interface RowMeter {
  rows: number;
}

/**
 * One export format. A file in this folder and a line of the registry make one; the contract test then covers it.
 */
export interface ExportFormat {
  readonly id: "csv" | "xlsx" | "json";
  /** As the menu says it. */
  readonly label: string;
  readonly extension: string;
  readonly contentType: string;
  /**
   * The statement that makes the rows. Everything is formatted and guarded in the database: through JavaScript it would
   * cost three quarters of the rows a second.
   * @param where a condition on `audit_event e` whose values are literals quoted by the database, as COPY takes no binds
   */
  copySql(where: string, view: ExportView): string;
  /**
   * Makes the file of the bytes of that COPY.
   * @param rows chunks cut anywhere, in the middle of a row and of a character too
   * @param meter grows by each event whose bytes have been taken in
   */
  encode(rows: AsyncIterable<Uint8Array>, view: ExportView, meter: RowMeter): AsyncIterable<Uint8Array>;
}

/**
 * One text a row, as it stands: quote and delimiter are characters that the text never holds, nor does it hold a line
 * break, so that nothing is quoted and a line is a row.
 */
export function rawLines(select: string): string {
  return `copy (${select}) to stdout with (format csv, quote e'\\x01', delimiter e'\\x02')`;
}

export const lineFeed = 0x0a;

/** Line feeds in a chunk: a native search per line. */
export function countLines(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}
