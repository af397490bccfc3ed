import { giveBack } from "@/lib/audit/query/copy-stream";
import { type ExportColumn, exportColumns, newestFirst } from "./columns";
import { type ExportFormat, lineFeed } from "./format";

const quote = 0x22;
const carriageReturn = 0x0d;
/** Excel takes a CSV file without it for the machine's old code page and spoils every accent. */
const byteOrderMark = "\uFEFF";

/** What spreadsheets and people overlook before the character that starts a formula. */
const blanks = String.raw`e' \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff'`;
const formulaStarts = "('=', '+', '-', '@', '＝', '＋', '－', '＠')";
const breakStarts = String.raw`(e'\t', e'\r', e'\n')`;

/** Begins with an ASCII letter or a sign that is as harmless: most texts, told from the others at little cost. */
const harmless = (text: string) => `ascii(${text}) between 65 and 126`;

/**
 * A cell that a spreadsheet would take for a formula gets a leading apostrophe (OWASP, CSV injection; full-width signs
 * and leading blanks too). A dash alone stands for "none" and is no formula.
 */
function guarded(text: string): string {
  return `case when ${harmless(text)} or ${text} = '-' then ${text}
    when left(${text}, 1) in ${breakStarts} or left(ltrim(${text}, ${blanks}), 1) in ${formulaStarts} then '''' || ${text}
    else ${text} end`;
}

/** JSON is always `{…}`, and what we make ourselves starts no formula. */
function cell({ outside, isJson, finish }: ExportColumn, text: string): string {
  if (outside && !isJson) return guarded(text);
  return finish ? finish(text) : text;
}

export const csv: ExportFormat = {
  id: "csv",
  label: "CSV",
  extension: "csv",
  contentType: "text/csv; charset=utf-8",

  copySql(where, view) {
    const columns = exportColumns(view);
    const inner = columns.map((column, i) => `${column.sql} as c${i}`).join(",\n");
    const outer = columns.map((column, i) => cell(column, `c${i}`)).join(",\n");
    // OFFSET 0 keeps each text from being made anew for every mention of it.
    return `copy (
      select ${outer}
      from (select e.occurred_at, e.id, ${inner} from audit_event e where ${where} ${newestFirst} offset 0) e
      ${newestFirst}
    ) to stdout with (format csv)`;
  },

  async *encode(rows, view, meter) {
    const headers = exportColumns(view).map((column) => column.header);
    yield Buffer.from(`${byteOrderMark}${headers.join(",")}\r\n`);
    let quoted = false;
    for await (const chunk of rows) {
      // Rows end in CR LF (RFC 4180); a line feed inside quotes is part of a cell. A doubled quote toggles twice.
      const ends: number[] = [];
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at];
        if (byte === quote) quoted = !quoted;
        else if (byte === lineFeed && !quoted) ends.push(at);
      }
      const rowsOut = withCarriageReturns(chunk, ends);
      giveBack(chunk);
      yield rowsOut;
      meter.rows += ends.length;
    }
  },
};

/** Puts one before each of the places, the text between them copied as a whole. */
function withCarriageReturns(chunk: Uint8Array, places: number[]): Uint8Array {
  const out = Buffer.allocUnsafe(chunk.length + places.length);
  let from = 0;
  for (const [i, at] of places.entries()) {
    out.set(chunk.subarray(from, at), from + i);
    out[at + i] = carriageReturn;
    from = at;
  }
  out.set(chunk.subarray(from), from + places.length);
  return out;
}
