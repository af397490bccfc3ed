import { unzipSync } from "fflate";
import * as XLSX from "xlsx";
import type { EventRecord } from "@/lib/audit/proof/entry";
import type { Manifest } from "@/lib/audit/proof/manifest";

/** RFC 4180, strictly: rows end in CR LF, and nothing follows a closing quote but a comma or the end of the row. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (!match) throw new Error(`not CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") {
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) throw new Error("the last row does not end");
  return rows;
}

interface Sheet {
  name: string;
  rows: string[][];
  /** Cells that are no string, or carry a formula. */
  odd: XLSX.CellObject[];
}

export function readXlsx(bytes: Uint8Array): Sheet[] {
  const book = XLSX.read(bytes, { type: "buffer", cellFormula: true, dense: true });
  return book.SheetNames.map((name) => {
    const sheet = book.Sheets[name];
    if (!sheet) throw new Error(`no sheet ${name}`);
    const cells = (sheet["!data"] ?? []).flat().filter((c): c is XLSX.CellObject => c !== undefined);
    return {
      name,
      rows: XLSX.utils.sheet_to_json<string[]>(sheet, { header: 1, raw: true, defval: "" }),
      odd: cells.filter((c) => c.t !== "s" || c.f !== undefined),
    };
  });
}

interface Verifiable {
  parts: Record<string, Uint8Array>;
  events: EventRecord[];
  proofs: { id: string; index: number; path: string[] }[];
  manifest: Manifest;
}

export function readVerifiable(bytes: Uint8Array): Verifiable {
  const parts = unzipSync(bytes);
  const text = (name: string) => {
    const part = parts[name];
    if (!part) throw new Error(`no ${name} in ${Object.keys(parts).join()}`);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part);
  };
  const lines = <T>(name: string) =>
    text(name)
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as T);
  return {
    parts,
    events: lines("events.ndjson"),
    proofs: lines("proofs.ndjson"),
    manifest: JSON.parse(text("manifest.json")) as Manifest,
  };
}
