import { createHash } from "node:crypto";
import type { TableEntry } from "./format";

const newline = 10;

/** Adds up a table's rows in the text format of COPY, where each row ends in the only newline it holds. */
export class TableSum {
  private readonly hash = createHash("sha256");
  private rows = 0;
  private bytes = 0;

  add(chunk: Buffer): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) this.rows += 1;
  }

  end(): Pick<TableEntry, "rows" | "bytes" | "sha256"> {
    return { rows: this.rows, bytes: this.bytes, sha256: this.hash.digest("hex") };
  }
}

export function sameSum(a: Pick<TableEntry, "rows" | "bytes" | "sha256">, b: typeof a): boolean {
  return a.rows === b.rows && a.bytes === b.bytes && a.sha256 === b.sha256;
}
