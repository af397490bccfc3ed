import { exportManifest } from "@/lib/audit/export/export-manifest";
import type { ExportFormat, ExportView } from "@/lib/audit/export/formats/format";
import { exportCondition } from "@/lib/audit/export/rows";
import { sealedState } from "@/lib/audit/export/sealed-state";
import type { ManifestFile } from "@/lib/audit/proof/manifest";
import { openCopy } from "@/lib/audit/query/copy-stream";
import { auditFilterInput } from "@/lib/audit/query/filter";
import { sql } from "@/lib/db/client";
import { readCsv, readVerifiable, readXlsx } from "./read-files";

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
  const where = await conditionOf(filter, guruId);
  const sealed = await sealedState(sql(), 1, where);
  const facts = { organization: 1, guru: null, filters: {}, exportedAt: "2026-11-22T00:00:00.000000Z" };
  const source = {
    orgId: 1,
    global: guruId === null,
    sealed,
    manifestOf: (count: number, files: ManifestFile[]) =>
      exportManifest(facts, sealed, { rows: count, files }),
  };
  const meter = { rows: 0 };
  const parts: Uint8Array[] = [];
  const rows = await rowsOf(format, where, source);
  for await (const chunk of format.encode(size ? cutUp(rows, size) : rows, source, meter)) parts.push(chunk);
  return { bytes: Buffer.concat(parts), rows: meter.rows };
}

async function* cutUp(rows: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  for await (const chunk of rows)
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
}

function conditionOf(filter: object, guruId: string | null): Promise<string> {
  return exportCondition({
    orgId: 1,
    guruId,
    filter: auditFilterInput.parse(filter),
    asOf: "2999-01-01T00:00:00.000000Z",
  });
}

async function rowsOf(
  format: ExportFormat,
  where: string,
  view: ExportView,
): Promise<AsyncIterable<Uint8Array>> {
  const copy = await openCopy({
    copySql: format.copySql(where, view),
    ...(format.plan ? { snapshotWork: format.plan } : {}),
  });
  return copy.stream;
}

interface Table {
  headers: string[];
  rows: string[][];
}

/** The table in a file, newest first: a verifiable file has the sealed order, which in these logs is the opposite. */
export function tableOf(format: ExportFormat, { bytes }: Made): Table {
  if (format.id === "zip") {
    const labels = readVerifiable(bytes).events.map((e) =>
      "content" in e.subject ? e.subject.content.label : "?",
    );
    return { headers: ["objectLabel"], rows: labels.reverse().map((label) => [label]) };
  }
  if (format.id === "json") {
    const records = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>[];
    return { headers: Object.keys(records[0] ?? {}), rows: records.map((r) => Object.values(r).map(String)) };
  }
  const all = format.id === "csv" ? readCsv(bytes.toString("utf8")) : (readXlsx(bytes)[0]?.rows ?? []);
  const [headers = [], ...rows] = all;
  return { headers: headers.map((h) => h.replace(/^\ufeff/, "")), rows };
}

export function column(table: Table, format: ExportFormat, header: string, inJson: string): string[] {
  const at = table.headers.indexOf(format.id === "json" || format.id === "zip" ? inJson : header);
  if (at < 0) throw new Error(`no column ${header} in ${table.headers.join()}`);
  return table.rows.map((row) => row[at] ?? "");
}

/** Labels as each format shows them: with a guard, with pictures of what it cannot hold, or as they are. */
export const shownBy: Record<ExportFormat["id"], (label: string) => string> = {
  json: (label) => label,
  zip: (label) => label,
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
