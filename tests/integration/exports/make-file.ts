import type { ExportFormat } from "@/lib/audit/export/formats/format";
import { exportCondition } from "@/lib/audit/export/rows";
import { openCopy } from "@/lib/audit/query/copy-stream";
import { auditFilterInput } from "@/lib/audit/query/filter";
import { readCsv, readXlsx } from "./read-files";

interface Made {
  bytes: Buffer;
  rows: number;
}

/** @param size in which the rows are cut up; by default as they come */
export async function make(
  format: ExportFormat,
  filter: object = {},
  guruId: string | null = null,
  size?: number,
): Promise<Made> {
  const view = { orgId: 1, global: guruId === null };
  const meter = { rows: 0 };
  const parts: Uint8Array[] = [];
  const rows = await rowsOf(format, filter, guruId);
  for await (const chunk of format.encode(size ? cutUp(rows, size) : rows, view, meter)) parts.push(chunk);
  return { bytes: Buffer.concat(parts), rows: meter.rows };
}

async function* cutUp(rows: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  for await (const chunk of rows)
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
}

async function rowsOf(
  format: ExportFormat,
  filter: object,
  guruId: string | null,
): Promise<AsyncIterable<Uint8Array>> {
  const where = await exportCondition({
    orgId: 1,
    guruId,
    filter: auditFilterInput.parse(filter),
    asOf: "2999-01-01T00:00:00.000000Z",
  });
  const copy = await openCopy({
    copySql: format.copySql(where, { orgId: 1, global: guruId === null }),
    ...(format.plan ? { snapshotWork: format.plan } : {}),
  });
  return copy.stream;
}

interface Table {
  headers: string[];
  rows: string[][];
}

export function tableOf(format: ExportFormat, { bytes }: Made): Table {
  if (format.id === "json") {
    const records = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>[];
    return { headers: Object.keys(records[0] ?? {}), rows: records.map((r) => Object.values(r).map(String)) };
  }
  const all = format.id === "csv" ? readCsv(bytes.toString("utf8")) : (readXlsx(bytes)[0]?.rows ?? []);
  const [headers = [], ...rows] = all;
  return { headers: headers.map((h) => h.replace(/^\ufeff/, "")), rows };
}

export function column(table: Table, format: ExportFormat, header: string, inJson: string): string[] {
  const at = table.headers.indexOf(format.id === "json" ? inJson : header);
  if (at < 0) throw new Error(`no column ${header} in ${table.headers.join()}`);
  return table.rows.map((row) => row[at] ?? "");
}

/** Labels as each format shows them: with a guard, with pictures of what it cannot hold, or as they are. */
export const shownBy: Record<ExportFormat["id"], (label: string) => string> = {
  json: (label) => label,
  csv: (label) =>
    /^[\t\r\n]|^[\s\u200b]*[=+\-@＝＋－＠]/.test(label) && label !== "-" ? `'${label}` : label,
  xlsx: (label) =>
    label
      .replace(/\p{Cc}/gu, (c) =>
        "\t\n\r\u007f".includes(c) ? c : String.fromCharCode(0x2400 + c.charCodeAt(0)),
      )
      .replace(/[\ufffe\uffff]/g, "\ufffd")
      // The file has both characters; the reader makes one of them.
      .replace(/\r\n/g, "\n"),
};
