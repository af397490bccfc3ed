import { copyRows } from "@/lib/audit/query/copy-stream";
import { fullRecordsSelect, planForFullRecords } from "@/lib/audit/query/whole-log";
import { countLines, type ExportFormat, lineFeed } from "./format";

const comma = Buffer.from(",\n");

/** One array of the records that the HTTP API gives with `view=full`. */
export const json: ExportFormat = {
  id: "json",
  label: "JSON",
  extension: "json",
  contentType: "application/json; charset=utf-8",

  copySql(where, { orgId }) {
    return copyRows(fullRecordsSelect(where, orgId));
  },
  plan: planForFullRecords,

  async *encode(rows, _view, meter) {
    yield Buffer.from("[\n");
    // A row's line feed becomes comma and line feed once another row follows: that is known with its first byte.
    let owed = false;
    for await (const chunk of rows) {
      if (chunk.length === 0) continue;
      const parts: Uint8Array[] = owed ? [comma] : [];
      owed = chunk[chunk.length - 1] === lineFeed;
      const end = owed ? chunk.length - 1 : chunk.length;
      for (let from = 0; from <= end; ) {
        const found = chunk.indexOf(lineFeed, from);
        const to = found === -1 || found >= end ? end : found;
        parts.push(chunk.subarray(from, to));
        if (to === end) break;
        parts.push(comma);
        from = to + 1;
      }
      meter.rows += countLines(chunk);
      yield Buffer.concat(parts);
    }
    yield Buffer.from(owed ? "\n]\n" : "]\n");
  },
};
